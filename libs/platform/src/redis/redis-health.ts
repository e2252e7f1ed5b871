// Checks whether the Redis that answers can be used. A Redis that is away does not count here: work that can continue without it does, and
// the rest reports it.
import { type Logger } from 'pino';
import { TroubleLog } from '../observing/trouble-log.js';
import { reconnect, type RedisConnection, type RedisEnv } from './connect-redis.js';
import { parseRedisUrl, type RedisAddress } from './redis-address.js';

const LOOK_EVERY_MS = 2000;
/** Longer than a failover takes. During a failover a replica, or a node that does not know its slots yet, is nothing wrong. */
const LASTING_MS = 15_000;

/** Errors by which Redis itself refuses, as opposed to errors of a lost connection. */
const REFUSAL = /^(ERR|NOAUTH|WRONGPASS|NOPERM|LOADING|READONLY|MASTERDOWN|MISCONF|CLUSTERDOWN|MOVED|DENIED)\b/;

export class RedisHealth {
  private readonly trouble: TroubleLog;
  private timer: NodeJS.Timeout | undefined;
  private lastError: Error | null = null;
  private wrong: { what: string; sinceMs: number } | null = null;
  private awaySinceMs: number | null = null;

  constructor(
    private readonly redis: RedisConnection,
    private readonly env: RedisEnv,
    logger: Pick<Logger, 'warn'>,
    private readonly lastingMs = LASTING_MS,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.trouble = new TroubleLog(logger);
    redis.on('error', (error: Error) => (this.lastError = error));
    redis.on('ready', () => (this.lastError = null));
  }

  watch(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** For `READINESS_CHECKS`. Rejects if the Redis that answers, such as a replica, has been of no use for 15 s. */
  async check(): Promise<void> {
    await this.look();
    if (this.lasts) throw new Error(this.problem ?? '');
  }

  /** What is wrong with the Redis that answers, however recent; `null` if nothing is wrong, or if Redis has been away for 15 s. */
  get problem(): string | null {
    return this.wrong?.what ?? null;
  }

  private get lasts(): boolean {
    return this.wrong !== null && this.nowMs() - this.wrong.sinceMs >= this.lastingMs;
  }

  private get isAway(): boolean {
    return this.awaySinceMs !== null && this.nowMs() - this.awaySinceMs >= this.lastingMs;
  }

  private async look(): Promise<void> {
    const { kind } = parseRedisUrl(this.env.REDIS_URL);
    const what = await this.redis.info().then(
      (info) => whatIsWrong(info, kind),
      (error: Error) => refusalIn(error) ?? refusalIn(this.lastError) ?? AWAY,
    );
    this.note(what);
    // A connection that only publishes or listens gets no error from a Redis that is a replica by now, or frozen, and nobody hears it
    // there.
    if (what === IS_REPLICA || (kind === 'sentinel' && this.isAway)) this.reconnect();
    const { problem } = this;
    if (this.lasts && problem !== null) this.trouble.note(problem, { step: 'redis', problem }, 'what REDIS_URL names can not be used');
  }

  private reconnect(): void {
    reconnect(this.env);
    this.awaySinceMs = null;
  }

  /** A Redis to which we reconnect is away for a moment, so being away changes nothing until it lasts as well. */
  private note(what: string | null): void {
    const nowMs = this.nowMs();
    this.awaySinceMs = what === AWAY ? (this.awaySinceMs ?? nowMs) : null;
    if (what === null || this.isAway) this.wrong = null;
    else if (what !== AWAY) this.wrong = { what, sinceMs: this.wrong?.sinceMs ?? nowMs };
  }
}

const AWAY = 'it is away';
const IS_REPLICA = 'it is a replica, which takes no writes: name the primary, or redis+sentinel:// with the Sentinels that know it';

function whatIsWrong(info: string, kind: RedisAddress['kind']): string | null {
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1];
  if (field('redis_mode') === 'sentinel') return 'it is a Sentinel: write redis+sentinel://host,host,host/name/0';
  if (field('redis_mode') === 'cluster' && kind !== 'cluster') return 'it is a node of a Cluster: write redis+cluster://host,host,host';
  if (field('loading') === '1') return 'it is still loading its data';
  if (field('role') === 'slave' && kind !== 'cluster') return IS_REPLICA;
  return null;
}

/**
 * Returns the message of an error by which Redis refused, otherwise `null`. If no node of a Cluster is of use, the error of the last one
 * says why.
 */
function refusalIn(error: (Error & { lastNodeError?: Error }) | null): string | null {
  const message = (error?.lastNodeError ?? error)?.message ?? '';
  return REFUSAL.test(message) ? message : null;
}
