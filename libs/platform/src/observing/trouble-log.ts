import { type Logger } from 'pino';

const TELL_AGAIN_AFTER_MS = 60_000;

/**
 * Logs trouble that repeats as long as something is away: each kind at once, and then once a minute with how often it occurred meanwhile.
 * Otherwise the clients of a server that is away would fill the log with several lines a second.
 */
export class TroubleLog {
  private readonly kinds = new Map<string, { toldAtMs: number; untold: number }>();

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  tell(error: Error, fields: Record<string, unknown>, message: string): void {
    this.note(`${message} ${codeOf(error) ?? error.message}`, { ...fields, err: error }, message);
  }

  /** Logs trouble that is not an error in the same way. */
  note(kind: string, fields: Record<string, unknown>, message: string): void {
    const known = this.kinds.get(kind);
    const nowMs = this.nowMs();
    if (known !== undefined && nowMs - known.toldAtMs < TELL_AGAIN_AFTER_MS) {
      known.untold += 1;
      return;
    }
    this.logger.warn({ ...fields, ...(known?.untold ? { untold: known.untold } : {}) }, message);
    this.forgetOld(nowMs);
    this.kinds.set(kind, { toldAtMs: nowMs, untold: 0 });
  }

  private forgetOld(nowMs: number): void {
    for (const [kind, { toldAtMs }] of this.kinds) if (nowMs - toldAtMs >= TELL_AGAIN_AFTER_MS) this.kinds.delete(kind);
  }
}

const codeOf = (error: Error): string | undefined => ('code' in error && typeof error.code === 'string' ? error.code : undefined);
