// A line to one server. Messages go over a kept session or a new one; if a kept session turns out to be dead, a new one replaces it.
import { type SmtpFact } from '@billing-mail/mail-core';
import { Dialogue } from './dialogue.js';
import { type KeptSession } from './kept-session.js';
import { type KnownServer } from './known-servers.js';
import { notOffered, type OutgoingMessage, type TransactionResult } from './message.js';

export type Opening = { ok: true } | { ok: false; fact: SmtpFact };

/** Sends messages of one caller to one server. Make one call after the other, and call `giveBack` at the end in any case. */
export interface SmtpLine {
  /** Takes or opens a session if there is none yet. */
  open(): Promise<Opening>;
  /** Records what was said while this line opened sessions; messages may use it as their `dialogue` too. */
  readonly dialogue: Dialogue;
  /** TLS version of the session used last, or `null` without TLS. */
  readonly tls: string | null;
  /** How many recipients the server accepts in one transaction: the lower of the announced and the learnt limit, or `Infinity`. */
  readonly recipientsAtMost: number;
  /** Call this when the server accepted `count` recipients and refused more as too many. Remembered for a while, also for other lines. */
  learnRecipientLimit(count: number): void;
  /**
   * Sends one message, and opens a session first if there is none. If a session that was used before ends before the server answers MAIL,
   * or the answer is 421, the message has not failed: it is sent once more, at once, over a fresh session.
   */
  send(message: OutgoingMessage): Promise<TransactionResult>;
  /**
   * Passes the session on to the next message before the server has answered the end of this one, if the session allows it and `toNext`
   * returns true because there is a next message. Call it from `afterEndOfData`.
   */
  passOn(toNext: () => boolean): void;
  /**
   * Leaves a session that has carried more than one message, so that the next one goes over another session: the server may have refused
   * this message because of an earlier one. Resolves to false if there is no such session.
   */
  leaveUsedSession(): Promise<boolean>;
  /** Makes the session available to others if it is healthy and may carry more messages; closes it otherwise. Never throws. */
  giveBack(): Promise<void>;
  /** Ends at once whatever is under way, including the opening of a session. Nothing is sent afterwards. */
  abort(): void;
}

/** Where a line gets its sessions. */
export interface SessionSource {
  /** Returns an idle session, or else one that was offered by `passOn`; `null` if there is none. */
  take(): KeptSession | null;
  open(
    signal: AbortSignal,
    dialogue: Dialogue,
  ): Promise<{ ok: true; kept: KeptSession } | { ok: false; fact: SmtpFact; tls: string | null }>;
  hasRoom(kept: KeptSession): boolean;
  /** Whether the next message may use the session before the current one is answered. */
  mayPassOn(kept: KeptSession): boolean;
  giveBack(kept: KeptSession): Promise<void>;
  /** Closes it with QUIT. */
  discard(kept: KeptSession): Promise<void>;
}

const ABORTED: SmtpFact = { kind: 'network', stage: 'connect', reason: 'closed', text: 'we gave up the line' };

export class KeptLine implements SmtpLine {
  readonly dialogue = new Dialogue();
  tls: string | null = null;
  private kept: KeptSession | null = null;
  private sending: OutgoingMessage | null = null;
  private opening: AbortController | null = null;
  private isAborted = false;

  constructor(
    private readonly source: SessionSource,
    private readonly known: KnownServer,
  ) {}

  get recipientsAtMost(): number {
    return Math.min(this.known.recipientsAtMost, this.kept?.session.capabilities.recipientsAtMost ?? Infinity);
  }

  learnRecipientLimit(count: number): void {
    this.known.learnRecipientLimit(count);
  }

  async open(): Promise<Opening> {
    if (this.kept !== null && !this.source.hasRoom(this.kept)) await this.giveBack();
    if (this.isAborted) return { ok: false, fact: ABORTED };
    if (this.kept === null) this.takeKept();
    return this.kept === null ? this.openFresh() : { ok: true };
  }

  async send(message: OutgoingMessage): Promise<TransactionResult> {
    const opened = await this.open();
    const wasUsed = this.kept?.isUsed === true;
    const isNext = this.kept?.session.isBusy === true;
    const result = await this.sendIf(opened, message);
    if (!wasUsed || this.isAborted || !hasDiedUnanswered(result)) return result;
    if (isNext && result.fact.kind === 'network' && result.fact.reason === 'timeout') this.known.learnDeafness();
    await this.giveBack();
    return this.sendIf(await this.openFresh(), message);
  }

  passOn(toNext: () => boolean): void {
    const { kept } = this;
    if (kept === null || !this.source.mayPassOn(kept)) return;
    kept.isOffered = true;
    if (!toNext()) kept.isOffered = false;
  }

  async leaveUsedSession(): Promise<boolean> {
    const { kept } = this;
    if (kept === null || kept.messages <= 1) return false;
    this.kept = null;
    if (!kept.isPassedOn) await this.source.discard(kept);
    return true;
  }

  async giveBack(): Promise<void> {
    const { kept } = this;
    this.kept = null;
    if (kept !== null) await this.source.giveBack(kept);
  }

  abort(): void {
    this.isAborted = true;
    this.opening?.abort();
    if (this.kept !== null && this.sending !== null) this.kept.session.abort(this.sending);
    // Another message is under way on this session; leave it alone.
    else if (this.kept?.session.isBusy === false) void this.kept.session.close();
  }

  private takeKept(): void {
    this.use(this.source.take());
    if (this.kept !== null) this.dialogue.noted('over a session that has carried other messages before');
  }

  private async openFresh(): Promise<Opening> {
    const opening = (this.opening = new AbortController());
    const opened = await this.source.open(opening.signal, this.dialogue);
    this.opening = null;
    if (opened.ok) {
      this.use(opened.kept);
      return { ok: true };
    }
    this.tls = opened.tls;
    return { ok: false, fact: opened.fact };
  }

  private use(kept: KeptSession | null): void {
    this.kept = kept;
    if (kept !== null) this.tls = kept.session.tls;
  }

  private async sendIf(opened: Opening, message: OutgoingMessage): Promise<TransactionResult> {
    if (this.isAborted) return notOffered(message, { outcome: 'held', cause: new Error(ABORTED.text) });
    if (!opened.ok) return notOffered(message, { outcome: 'failed', fact: opened.fact });
    const { kept } = this;
    if (kept === null) throw new Error('a line was given back while it was in use');
    kept.isUsed = true;
    kept.messages += 1;
    this.sending = message;
    return kept.session.send(message).finally(() => (this.sending = null));
  }
}

/** Whether the session ended before the server said anything about the message. */
const hasDiedUnanswered = (result: TransactionResult): result is TransactionResult & { outcome: 'failed' } =>
  result.outcome === 'failed' &&
  result.fact.stage === 'mail' &&
  (result.fact.kind === 'network' || (result.fact.kind === 'reply' && result.fact.code === 421));
