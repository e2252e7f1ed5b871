// The connection to one server: writes commands, reads complete replies, enforces the time limits, and records when and where it breaks.
import { type Socket } from 'node:net';
import { type AttemptStage } from '@billing-mail/contracts';
import { type SmtpFact } from '@billing-mail/mail-core';
import pTimeout from 'p-timeout';
import { type Dialogue } from './dialogue.js';
import { linkFact, timeoutFact } from './facts.js';
import { type Redact } from './redacting.js';
import { MAX_TEXT_CHARACTERS, ReplyReader, isPositive, replyFact, replyText, type Reply } from './reply.js';
import { type Timeouts } from './smtp-server.js';

/** Called with every reply and the stage of the command that it answers. */
export type ReplyListener = (reply: Reply, stage: AttemptStage) => void;

/** Ends the data, after the line end of the last line of the body (RFC 5321 4.1.1.4). */
const END_MARK = Buffer.from('.\r\n');

/** After QUIT only an acknowledgement is outstanding, so we do not wait for the minutes that RFC 5321 allows. */
const QUIT_MS = 2_000;

/**
 * Only this much of a refusal is kept and searched for the password. Searching the longest reply that is allowed takes a third of a second,
 * so fifty refused recipients would block the process. It is more than is reported, so that a report never ends with half a password.
 */
const KEPT_CHARACTERS = 2 * MAX_TEXT_CHARACTERS;

const NOBODY: ReplyListener = () => undefined;

/**
 * Knows at any time which stage the conversation is in, which replies are due and until when, and whether the end of data
 * has been released. Any trouble ends the link once and for all, with one fact.
 */
export class Link {
  private readonly reader = new ReplyReader();
  private stage: AttemptStage = 'greeting';
  private inBody = false;
  /** The outstanding replies in order, each with its receiver: the next message may be offered before the previous one is answered. */
  private readonly due: { stage: AttemptStage; onReply: ReplyListener; dialogue: Dialogue | null }[] = [];
  private lastReply: { reply: Reply; stage: AttemptStage } | null = null;
  private timer: NodeJS.Timeout | undefined;
  private blockedMs = 0;
  private fact: SmtpFact | null = null;
  private onReply: ReplyListener = NOBODY;
  private dialogue: Dialogue | null = null;
  private readonly endListeners = new Set<(fact: SmtpFact) => void>();

  constructor(
    readonly socket: Socket,
    private timeouts: Timeouts,
    /** Applied to everything that the server says. */
    readonly redact: Redact = (text) => text,
  ) {
    socket.on('data', this.onData).on('end', this.onClosed).on('close', this.onClosed).on('error', this.onError);
  }

  /** Why the link ended; `null` while it is open. */
  get failure(): SmtpFact | null {
    return this.fact;
  }

  get currentStage(): AttemptStage {
    return this.stage;
  }

  /** Sets the time limits that apply from now on. */
  allow(timeouts: Timeouts): void {
    this.timeouts = timeouts;
  }

  /** Sets the receiver of the replies to all commands that are written from now on. */
  listen(onReply: ReplyListener): void {
    this.onReply = onReply;
  }

  /** Records the commands that are written from now on, and the replies to them. */
  record(dialogue: Dialogue | null): void {
    this.dialogue = dialogue;
  }

  /** Writes commands; a reply to each is due from now on, in the same order. `stages` has the stage of each command. */
  command(lines: Buffer | string, ...stages: AttemptStage[]): void {
    if (this.fact !== null) return;
    this.expect(stages, 'no reply');
    this.dialogue?.said(lines.toString(), stages[0]);
    this.socket.write(lines);
  }

  /** Writes a command and resolves to its reply, or to `null` if the link ended first. */
  exchange(line: string, stage: AttemptStage): Promise<Reply | null> {
    return this.nextReply(() => this.command(line, stage));
  }

  /** Waits for the greeting, the only reply that follows no command. Resolves to `null` if the link ended first. */
  awaitGreeting(): Promise<Reply | null> {
    return this.nextReply(() => this.expect(['greeting'], 'no greeting'));
  }

  private expect(stages: readonly AttemptStage[], otherwise: string): void {
    // If replies are due already, a timer is running for the first of them.
    if (this.due.length === 0) this.startTimer(this.timeouts.replyMs, otherwise);
    this.due.push(...stages.map((stage) => ({ stage, onReply: this.onReply, dialogue: this.dialogue })));
    this.stage = this.due[0]?.stage ?? this.stage;
    this.lastReply = null;
  }

  private nextReply(say: () => void): Promise<Reply | null> {
    const answered = new Promise<Reply>((resolve) => this.listen(resolve));
    say();
    return this.orEnd(answered);
  }

  /** Calls `listener` once, when the link ends (at once if it has ended). Returns a function that stops listening. */
  onEnd(listener: (fact: SmtpFact) => void): () => void {
    this.endListeners.add(listener);
    if (this.fact !== null) listener(this.fact);
    return () => this.endListeners.delete(listener);
  }

  /** Resolves to what was awaited, or to `null` if the link ended first. A promise shared by all calls would keep each race in memory. */
  async orEnd<T>(awaited: Promise<T>): Promise<T | null> {
    let stop = (): void => undefined;
    const ended = new Promise<null>((resolve) => (stop = this.onEnd(() => resolve(null))));
    return Promise.race([awaited, ended]).finally(stop);
  }

  /** Call this when the server has accepted DATA: from now on bytes are the body, and any reply before the end of data is early. */
  beginBody(): void {
    this.inBody = true;
    this.blockedMs = 0;
  }

  /** Call this when nothing is under way. Later errors belong to the next transaction; the last reply is forgotten. */
  rest(): void {
    this.stage = 'mail';
    this.lastReply = null;
    this.onReply = NOBODY;
    this.dialogue = null;
  }

  /** Writes a piece of the body, one at a time. Resolves when the socket has room for more, or when the link has ended. */
  async body(bytes: Buffer): Promise<void> {
    if (this.fact !== null) return;
    const since = performance.now();
    // The server may pause, but not for ever: all its pauses together may last as long as the wait for the final reply.
    this.startTimer(Math.max(1, Math.min(this.timeouts.replyMs, this.timeouts.finalReplyMs - this.blockedMs)), 'body not taken');
    await this.orEnd(new Promise<void>((resolve) => this.socket.write(bytes, () => resolve())));
    this.blockedMs += performance.now() - since;
    this.stopTimer();
  }

  /**
   * Writes the last bytes of the body and the end of data. If the server is silent from here on, nobody knows whether it took the message.
   * Returns false, and writes nothing, if the link has already ended.
   * @throws Error outside of a body
   */
  endBody(lastBytes: Buffer): boolean {
    if (this.fact !== null) return false;
    if (!this.inBody) throw new Error('end of data released outside of a body');
    this.due.push({ stage: 'final', onReply: this.onReply, dialogue: this.dialogue });
    this.stage = 'final';
    this.startTimer(this.timeouts.finalReplyMs, 'no final reply');
    this.socket.write(Buffer.concat([lastBytes, END_MARK]));
    return true;
  }

  /** Detaches the link from the socket without closing it, so that the TLS layer can take it over. */
  detach(): Socket {
    this.stopTimer();
    this.socket.off('data', this.onData).off('end', this.onClosed).off('close', this.onClosed).off('error', this.onError);
    return this.socket;
  }

  /** Ends the link and destroys the socket. The first fact counts, but a refusal in the last reply explains more than the loss after it. */
  end(fact: SmtpFact): void {
    if (this.fact !== null) return;
    const last = this.lastReply;
    this.fact = last !== null && !isPositive(last.reply) ? replyFact(last.stage, last.reply) : fact;
    this.stopTimer();
    this.socket.destroy();
    for (const listener of this.endListeners) listener(this.fact);
  }

  /** Ends the link from our side with QUIT, within two seconds in any case. */
  async quit(): Promise<void> {
    this.dialogue = null;
    if (this.fact === null) await pTimeout(this.exchange('QUIT\r\n', this.stage), { milliseconds: QUIT_MS, fallback: () => null });
    this.abandon();
  }

  /** Ends the link from our side without QUIT. */
  abandon(): void {
    this.end({ kind: 'network', stage: this.stage, reason: 'closed', text: 'we closed the connection' });
  }

  private readonly onData = (chunk: Buffer): void => {
    this.reader.push(chunk);
    for (let reading = this.reader.next(); reading !== null && this.fact === null; reading = this.reader.next()) {
      if (reading.type === 'violation') return this.end({ kind: 'protocol', stage: this.stage, text: this.redact(reading.text) });
      this.takeReply(this.cleaned(reading.reply));
    }
    if (this.fact === null && this.reader.endsWithoutCode)
      return this.endWithUnfinishedReply({ kind: 'protocol', stage: this.stage, text: 'the last line of a reply has no code' });
    if (this.fact === null && this.reader.hasUnread && !this.isReplyWelcome()) this.endOutOfTurn();
  };

  private cleaned(reply: Reply): Reply {
    // A positive reply does not echo credentials; searching it would slow every delivery.
    if (isPositive(reply) && this.stage !== 'auth') return reply;
    // The lines are searched as one text, so that a secret that is split over lines is found too.
    return { ...reply, lines: this.redact(reply.lines.join('\n').slice(0, KEPT_CHARACTERS)).split('\n') };
  }

  /**
   * Ends a link from which nothing more, or nothing reliable, can be read. An unfinished reply still counts if its code is enough: a
   * refusal explains more than the lost connection, and a 250 after the end of data accepts the message even if its text is cut off.
   */
  private endWithUnfinishedReply(fact: SmtpFact): void {
    const begun = this.fact === null && this.due.length > 0 ? this.reader.finish() : null;
    if (begun !== null && (this.stage === 'final' || !isPositive(begun))) this.takeReply(this.cleaned(begun));
    this.end(fact);
  }

  private isReplyWelcome(): boolean {
    return this.inBody || this.due.length > 0;
  }

  private takeReply(reply: Reply): void {
    const answered = this.due.shift();
    (answered?.dialogue ?? this.dialogue)?.heard(reply, this.redact);
    if (answered === undefined) {
      if (this.inBody) return this.endEarly(reply);
      // RFC 5321 3.8: a server that shuts down may say 421 at any time.
      return reply.code === 421 ? this.end(replyFact(this.stage, reply)) : this.endOutOfTurn();
    }
    const { stage, onReply } = answered;
    // We cannot know which of the two codes holds. If we counted it as a refusal and the message was taken, it would be sent twice.
    if (stage === 'final' && reply.isMixed === true)
      return this.end({ kind: 'protocol', stage, text: `reply changes its code to ${replyText(reply)}` });
    const isLast = this.due.length === 0;
    const hasMore = isLast && this.reader.hasUnread;
    this.inBody = false;
    this.stage = this.due[0]?.stage ?? stage;
    this.lastReply = isLast ? { reply, stage } : null;
    if (isLast) this.stopTimer();
    else this.startTimer(this.timeouts.replyMs, 'no reply');
    onReply(reply, stage);
    // A reply that nobody asked for would be taken for the answer to the next command (RFC 3207 6: a way to inject plaintext).
    if (hasMore && this.fact === null) this.endOutOfTurn();
  }

  // The server does not want the rest of the body: it would read what we send now as commands.
  private endEarly(reply: Reply): void {
    if (!isPositive(reply)) return this.end(replyFact(this.stage, reply));
    this.end({ kind: 'protocol', stage: this.stage, text: `server answered ${reply.code} before the end of the message` });
  }

  private endOutOfTurn(): void {
    const more = this.reader.next();
    // A server that turns us away after its greeting sends a second reply; one that shuts down may send 421 after any reply.
    const isLastWord = more?.type === 'reply' && (this.stage === 'greeting' ? !isPositive(more.reply) : more.reply.code === 421);
    if (isLastWord) return this.end(replyFact(this.stage, this.cleaned(more.reply)));
    this.end({ kind: 'protocol', stage: this.stage, text: 'server sent a reply that nobody asked for' });
  }

  private readonly onClosed = (): void => {
    this.endWithUnfinishedReply({ kind: 'network', stage: this.stage, reason: 'closed', text: 'server closed the connection' });
  };

  private readonly onError = (error: Error): void => {
    this.endWithUnfinishedReply(linkFact(this.stage, error, this.socket));
  };

  /**
   * When a process was frozen or busy, its timers have expired while a reply may wait unread in the socket, and Node.js runs timers before
   * it reads. So time out only if the socket is empty too; otherwise a 250 could be lost.
   */
  private startTimer(ms: number, what: string): void {
    clearTimeout(this.timer);
    const timer = setTimeout(
      () =>
        setImmediate(() => {
          if (this.timer === timer) this.endWithUnfinishedReply(timeoutFact(this.stage, what, ms));
        }),
      ms,
    );
    this.timer = timer;
  }

  private stopTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
