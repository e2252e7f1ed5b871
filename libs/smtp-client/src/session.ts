// An open, authenticated conversation with one server, which carries one message after the other.
import { needsSmtpUtf8 } from '@billing-mail/contracts';
import { classifyReply, type SmtpFact } from '@billing-mail/mail-core';
import { type Link } from './link.js';
import { notOffered, type OutgoingMessage, type TransactionResult } from './message.js';
import { isSuccess, replyFact, replyText } from './reply.js';
import { type Capabilities } from './smtp-server.js';
import { StepClock, type StepListener } from './step-clock.js';
import { Transaction } from './transaction.js';

// Printable ASCII without space, quotes and angle brackets, and letters and digits of all languages: anything else could end the command
// and start another one.
const COMMAND_SAFE = /^[!#-;=?-~\p{L}\p{M}\p{N}]+$/u;

const UNHEARD: SmtpFact & { kind: 'network' } = {
  kind: 'network',
  stage: 'mail',
  reason: 'closed',
  text: 'the session ended before the server heard of the message',
};

export type SmtpSession = {
  /** TLS version, or `null` without TLS. */
  readonly tls: string | null;
  readonly remote: { host: string; address: string; port: number };
  readonly capabilities: Capabilities;
  /** Whether another message may be sent. */
  readonly usable: boolean;
  /** Whether a message is under way. */
  readonly isBusy: boolean;
  /**
   * Whether the next message may be sent before the server has answered the end of the previous one. The envelope may follow an end of data
   * without a wait (RFC 2920 3.1), which saves each message a round trip. The answer to the earlier message comes first, and only the loss
   * of the connection can lose it.
   */
  readonly takesNext: boolean;
  /**
   * Sends one message and resolves to what became of it, also if it failed. Rejects only for mistakes of the caller: an address that does
   * not fit an SMTP command, no recipient, a second message while one is under way (but see `takesNext`), or a message after `close`.
   */
  send(message: OutgoingMessage): Promise<TransactionResult>;
  /** Ends this message at once: it is `held`, or stays unanswered if its end of data is out. The previous message still gets its answer. */
  abort(message: OutgoingMessage): void;
  /**
   * Asks by MAIL and RCPT whether the server accepts this client, and `from` as a sender; sends no message. Resolves to `null` if it does.
   * Many servers object to a client or its sender only at RCPT. An objection to the recipient alone does not count, and is not reported as
   * a step. For tests of a server: close the session afterwards; its QUIT withdraws the envelope.
   */
  offerEnvelope(from: string, recipient: string): Promise<SmtpFact | null>;
  /** Ends any message that is under way, sends QUIT, and destroys the socket within two seconds. Never throws. */
  close(): Promise<void>;
  /** Accepts no further message, and closes the connection after the one that is under way. */
  leave(): void;
  /** Calls `listener` when the connection has ended, whoever ended it; at once if it has ended already. */
  onEnd(listener: () => void): void;
};

export class LinkSession implements SmtpSession {
  /** The message under way, and the next one while only the answer to the first is outstanding. */
  private underWay: { transaction: Transaction; asked: OutgoingMessage }[] = [];
  private isLeft = false;
  private hasOpenEnvelope = false;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly link: Link,
    readonly tls: string | null,
    readonly remote: SmtpSession['remote'],
    readonly capabilities: Capabilities,
    private readonly onStep: StepListener | undefined,
  ) {}

  get usable(): boolean {
    return this.link.failure === null && !this.isBusy && this.closing === null;
  }

  get isBusy(): boolean {
    return this.underWay.length > 0;
  }

  get takesNext(): boolean {
    const [last, ...others] = this.underWay;
    const isOpen = this.link.failure === null && this.closing === null && !this.isLeft;
    return isOpen && this.capabilities.pipelining && others.length === 0 && last?.transaction.awaitsAnswer === true;
  }

  send(message: OutgoingMessage): Promise<TransactionResult> {
    return this.offer(message, message);
  }

  abort(message: OutgoingMessage): void {
    const at = this.underWay.findIndex(({ asked }) => asked === message);
    const transaction = this.underWay[at]?.transaction;
    if (at <= 0) return transaction?.abort();
    this.leave();
    transaction?.withdraw();
  }

  leave(): void {
    this.isLeft = true;
  }

  /** @param asked the message that the caller asked for; `message` may be only a part of it */
  private async offer(message: OutgoingMessage, asked: OutgoingMessage): Promise<TransactionResult> {
    const isOccupied = this.isBusy && this.link.failure === null && !this.takesNext;
    if (isOccupied || this.closing !== null) throw new Error('this session is already sending a message, or it is closed');
    assertCommandSafe(message);
    if (!this.capabilities.smtpUtf8 && message.recipients.some(needsSmtpUtf8)) return this.sendToOthers(message);
    const steps = new StepClock(this.onStep);
    const obstacle = this.link.failure === null ? this.sizeObstacle(message.size) : this.isBusy ? UNHEARD : this.link.failure;
    if (obstacle !== null) {
      steps.failed(obstacle);
      message.dialogue?.noted(obstacle.text);
      return notOffered(message, { outcome: 'failed', fact: obstacle });
    }
    const transaction = new Transaction(this.link, message, this.capabilities, steps);
    const before = this.underWay[0]?.transaction ?? null;
    this.underWay.push({ transaction, asked });
    this.link.record(message.dialogue ?? null);
    try {
      if (before === null) await this.closeEnvelope();
      const result = await transaction.run();
      this.hasOpenEnvelope = result.outcome !== 'accepted';
      return before === null ? result : this.heardAfter(before, transaction, message, result);
    } finally {
      this.underWay = this.underWay.filter((one) => one.transaction !== transaction);
      if (this.underWay.length === 0) this.link.rest();
      if (this.underWay.length === 0 && this.isLeft) this.link.abandon();
    }
  }

  /**
   * If a message was offered before the previous one was answered, and the server did not read it or refused it because of the previous
   * one, the message itself has not failed: its result says that the server has not heard of it.
   */
  private heardAfter(before: Transaction, own: Transaction, message: OutgoingMessage, result: TransactionResult): TransactionResult {
    if (result.outcome !== 'failed') return result;
    const isOfTheOne = !before.isAccepted && result.fact.stage === 'mail';
    if (!own.isUnheard && !isOfTheOne) return result;
    this.link.abandon();
    const isIgnored = result.fact.kind === 'network' && result.fact.reason === 'timeout';
    return notOffered(message, { outcome: 'failed', fact: isIgnored ? { ...UNHEARD, reason: 'timeout' } : UNHEARD });
  }

  /** Without SMTPUTF8, leaves out the recipients that need it, because the server might take such an address for another one. */
  private async sendToOthers(message: OutgoingMessage): Promise<TransactionResult> {
    const fact: SmtpFact = { kind: 'unsupported', stage: 'rcpt', reason: 'smtputf8', text: 'the server does not offer SMTPUTF8' };
    const recipients = message.recipients.filter((address) => !needsSmtpUtf8(address));
    if (recipients.length === 0) new StepClock(this.onStep).failed(fact);
    const result =
      recipients.length === 0 ? notOffered(message, { outcome: 'failed', fact }) : await this.offer({ ...message, recipients }, message);
    const asked = new Map(result.recipients.map((recipient) => [recipient.address, recipient]));
    return {
      ...result,
      recipients: message.recipients.map((address) =>
        needsSmtpUtf8(address) ? { address, accepted: false, fact } : (asked.get(address) ?? { address, accepted: false }),
      ),
    };
  }

  /** Sends RSET if a refused envelope is still open at the server, which would answer the next MAIL with 503. */
  private async closeEnvelope(): Promise<void> {
    if (!this.hasOpenEnvelope) return;
    const reply = await this.link.exchange('RSET\r\n', 'mail');
    if (reply !== null && !isSuccess(reply)) this.link.end(replyFact('mail', reply));
  }

  async offerEnvelope(from: string, recipient: string): Promise<SmtpFact | null> {
    assertCommandSafe({ from, recipients: [recipient] });
    const steps = new StepClock(this.onStep);
    for (const [stage, step, command] of [
      ['mail', 'mail_from', `MAIL FROM:<${from}>`],
      ['rcpt', 'rcpt', `RCPT TO:<${recipient}>`],
    ] as const) {
      const reply = this.link.failure === null ? await this.link.exchange(`${command}\r\n`, stage) : null;
      const fact = this.link.failure ?? (reply !== null && !isSuccess(reply) ? replyFact(stage, reply) : null);
      if (fact !== null && classifyReply(fact, { endOfDataReleased: false }).scope === 'recipient') return null;
      if (fact !== null) {
        steps.failed(fact);
        return fact;
      }
      if (reply !== null) steps.passed(step, replyText(reply));
    }
    return null;
  }

  close(): Promise<void> {
    for (const { transaction } of this.underWay) transaction.abort();
    return (this.closing ??= this.link.quit());
  }

  onEnd(listener: () => void): void {
    this.link.onEnd(listener);
  }

  private sizeObstacle(bytes: number): SmtpFact | null {
    const limit = this.capabilities.maxMessageBytes;
    if (limit === null || bytes <= limit) return null;
    return {
      kind: 'unsupported',
      stage: 'mail',
      reason: 'size',
      sizes: { limitBytes: limit, messageBytes: bytes },
      text: `the server takes at most ${limit} bytes, the message has ${bytes}`,
    };
  }
}

function assertCommandSafe({ from, recipients }: Pick<OutgoingMessage, 'from' | 'recipients'>): void {
  if (recipients.length === 0) throw new TypeError('a message needs a recipient');
  const isUnsafe = (address: string) => !COMMAND_SAFE.test(address);
  if ((from !== '' && (isUnsafe(from) || needsSmtpUtf8(from))) || recipients.some(isUnsafe))
    throw new TypeError('an address does not fit an SMTP command');
}
