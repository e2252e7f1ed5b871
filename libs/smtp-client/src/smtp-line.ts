// A line to one server: messages go over a kept session or a new one, and over a new one if a kept one turns out to be dead.
import { type SmtpFact } from '@billing-mail/mail-core';
import { Dialogue } from './dialogue.js';
import { type KeptSession } from './kept-session.js';
import { type KnownServer } from './known-servers.js';
import { notOffered, type OutgoingMessage, type TransactionResult } from './message.js';

export type Opening = { ok: true } | { ok: false; fact: SmtpFact };

/** For one user at a time: one call after the other, and `giveBack` at the end in any case. */
export interface SmtpLine {
  /** Takes or opens a session if there is none yet. */
  open(): Promise<Opening>;
  /** What was said while sessions were opened over it; messages may name it as theirs. */
  readonly dialogue: Dialogue;
  /** TLS version of the session used last, or `null` without TLS. */
  readonly tls: string | null;
  /** Recipients that the server takes in one transaction: as it announces, or as was learnt before; else `Infinity`. */
  readonly recipientsAtMost: number;
  /** The server took that many recipients, and said that more would be too many. Remembered for a while, for all messages that go this way. */
  learnRecipientLimit(count: number): void;
  /**
   * Sends one message, and opens a session before where there is none. A session that has carried messages and dies before it
   * answers MAIL, or answers it by 421, is no failure of this message: it goes over a fresh session at once, once.
   */
  send(message: OutgoingMessage): Promise<TransactionResult>;
  /**
   * Passes the session on to the next message before the server has answered the end of this one, if the session allows that and `toNext` says
   * that there is a next message. For `afterEndOfData`.
   */
  passOn(toNext: () => boolean): void;
  /**
   * Leaves a session that has carried more than one message, so that the next one goes over another: what it refused may have been
   * refused for what came before. False where there is nothing to leave.
   */
  leaveUsedSession(): Promise<boolean>;
  /** Makes the session available to others if it is healthy and may carry more messages; closes it otherwise. Never throws. */
  giveBack(): Promise<void>;
  /** Ends what is under way at once, including the opening of a session; nothing is sent afterwards. */
  abort(): void;
}

/** Where a line gets its sessions. */
export interface SessionSource {
  /** A session that is idle, if there is one. */
  take(): KeptSession | null;
  open(
    signal: AbortSignal,
    dialogue: Dialogue,
  ): Promise<{ ok: true; kept: KeptSession } | { ok: false; fact: SmtpFact; tls: string | null }>;
  hasRoom(kept: KeptSession): boolean;
  /** Whether the next message may use it already. */
  mayPassOn(kept: KeptSession): boolean;
  giveBack(kept: KeptSession): Promise<void>;
  /** Closes it with QUIT. */
  discard(kept: KeptSession): Promise<void>;
}

const ABORTED: SmtpFact = { kind: 'network', stage: 'connect', reason: 'closed', text: 'the line was given up from our side' };

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

/** The session ended before the server said anything about the message. */
const hasDiedUnanswered = (result: TransactionResult): result is TransactionResult & { outcome: 'failed' } =>
  result.outcome === 'failed' &&
  result.fact.stage === 'mail' &&
  (result.fact.kind === 'network' || (result.fact.kind === 'reply' && result.fact.code === 421));
