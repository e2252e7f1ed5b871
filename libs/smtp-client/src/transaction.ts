// Sends one message over one session: MAIL, each RCPT, DATA, the body, the caller's decision, the end of data. The outcome is one value.
import { addressOnWire, type AttemptStage, needsSmtpUtf8 } from '@billing-mail/contracts';
import { cleanReply, type SmtpFact } from '@billing-mail/mail-core';
import { BodyWriter } from './body-writer.js';
import { type Link } from './link.js';
import { type Ending, type OutgoingMessage, type RecipientAnswer, type TransactionResult } from './message.js';
import { reportingOn } from './reporting.js';
import { isPositive, isSuccess, replyFact, replyText, type Reply } from './reply.js';
import { type Capabilities } from './smtp-server.js';
import { type StepClock } from './step-clock.js';

/**
 * If the server offers PIPELINING (RFC 2920), MAIL, every RCPT and DATA go out in one write, and the replies are matched in their order.
 * Otherwise each command waits for the reply to the previous one. The first ending counts.
 */
export class Transaction {
  private readonly recipients: RecipientAnswer[];
  private readonly body: BodyWriter;
  private readonly commands: readonly string[];
  private answered = 0;
  private endOfDataReleased = false;
  private isWithdrawn = false;
  private ending: Ending | null = null;
  /** Resumes `run`, which waits for a reply. */
  private goOn: () => void = () => undefined;

  constructor(
    private readonly link: Link,
    private readonly message: OutgoingMessage,
    private readonly capabilities: Pick<Capabilities, 'pipelining' | 'size' | 'dsn'>,
    private readonly steps: StepClock,
  ) {
    const { from, recipients, size, envelopeId } = message;
    const reporting = capabilities.dsn && envelopeId !== undefined ? reportingOn(envelopeId) : null;
    this.recipients = recipients.map((address) => ({ address, accepted: false }));
    this.body = new BodyWriter(link, message);
    const announced = `${capabilities.size ? ` SIZE=${size}` : ''}${recipients.some(needsSmtpUtf8) ? ' SMTPUTF8' : ''}${reporting?.atMail ?? ''}`;
    this.commands = [
      `MAIL FROM:<${from}>${announced}\r\n`,
      ...recipients.map((address) => `RCPT TO:<${addressOnWire(address)}>${reporting?.atRcpt(address) ?? ''}\r\n`),
      'DATA\r\n',
    ];
  }

  /** Whether we have sent the whole message and only the server's answer is outstanding. */
  get awaitsAnswer(): boolean {
    return this.endOfDataReleased && this.ending === null;
  }

  get isAccepted(): boolean {
    return this.ending?.outcome === 'accepted';
  }

  /** Whether the server has not answered any command of this transaction. */
  get isUnheard(): boolean {
    return this.answered === 0;
  }

  async run(): Promise<TransactionResult> {
    this.link.listen((reply, stage) => this.observe(reply, stage));
    await this.untilReplied(() => this.offerEnvelope());
    if (!this.isOver()) await this.writeBody();
    if (!this.isOver() && (await this.mayEnd())) {
      await this.untilReplied(() => {
        this.endOfDataReleased = this.body.end();
        if (!this.endOfDataReleased) return;
        this.message.dialogue?.sent(this.message.size);
        this.message.afterEndOfData?.();
      });
    }
    if (!this.isOver() || this.ending === null) throw new Error('a transaction did not end');
    const { ending } = this;
    // The server waits for the rest of a message that must not be sent, so only closing the connection ends it.
    if ((ending.outcome === 'held' && !this.isWithdrawn) || ending.outcome === 'body_failed') this.link.abandon();
    if (ending.outcome === 'failed') this.steps.failed(ending.fact);
    if (ending.outcome === 'failed' && ending.fact.kind !== 'reply') this.message.dialogue?.noted(ending.fact.text);
    return { recipients: this.recipients, bodyBegun: this.body.begun, endOfDataReleased: this.endOfDataReleased, ...ending };
  }

  /** Ends the transaction from our side: it is `held` if the end of data is not out; otherwise nobody knows whether the server took it. */
  abort(): void {
    if (!this.endOfDataReleased) this.settle({ outcome: 'held', cause: new Error('the session was closed from our side') });
    this.link.abandon();
  }

  /** Ends the transaction while the previous message still waits for its answer. The link stays open, so that this answer is not lost. */
  withdraw(): void {
    this.isWithdrawn = true;
    this.settle({ outcome: 'held', cause: new Error('we gave up the message') });
    this.goOn();
  }

  /** Calls `begin` and waits until `observe` has seen all the replies to it, or the link has ended. */
  private async untilReplied(begin: () => void): Promise<void> {
    await this.link.orEnd(
      new Promise<void>((resolve) => {
        this.goOn = resolve;
        begin();
      }),
    );
  }

  private offerEnvelope(): void {
    if (!this.capabilities.pipelining) return this.offerNext();
    this.link.command(this.commands.join(''), ...this.commands.map((_command, index) => this.stageOf(index)));
  }

  private offerNext(): void {
    this.link.command(this.commands[this.answered] ?? '', this.stageOf(this.answered));
  }

  private stageOf(index: number): AttemptStage {
    if (index === 0) return 'mail';
    return index <= this.recipients.length ? 'rcpt' : 'data';
  }

  private observe(reply: Reply, stage: AttemptStage): void {
    if (this.isWithdrawn) return;
    // After the sender has been refused, the replies to RCPT say nothing about the recipients.
    if (stage === 'rcpt' && this.ending === null) this.noteRecipient(reply);
    // RFC 5321 4.2.1: after a 421 the server accepts no further command, whichever command it answered.
    if (reply.code === 421) return this.link.end(replyFact(stage, reply));
    this.conclude(reply, stage);
    if (stage === 'final') return this.goOn();
    this.answered += 1;
    if (this.answered === this.commands.length) return this.goOn();
    if (this.capabilities.pipelining) return;
    if (this.ending === null) this.offerNext();
    else this.goOn();
  }

  private noteRecipient(reply: Reply): void {
    const recipient = this.recipients[this.answered - 1];
    if (recipient === undefined) return;
    recipient.accepted = isSuccess(reply);
    if (!recipient.accepted) recipient.fact = replyFact('rcpt', reply);
  }

  private conclude(reply: Reply, stage: AttemptStage): void {
    switch (stage) {
      case 'mail':
        return isSuccess(reply) ? this.steps.passed('mail_from', replyText(reply)) : this.fail(replyFact(stage, reply));
      case 'rcpt':
        return this.answered === this.recipients.length ? this.concludeRecipients(reply) : undefined;
      case 'data':
        return this.concludeGoAhead(reply);
      case 'final':
        if (!isSuccess(reply)) return this.fail(replyFact(stage, reply));
        this.steps.passed('data', replyText(reply));
        return this.settle({ outcome: 'accepted', code: reply.code, reply: cleanReply(replyText(reply)) ?? '' });
      default:
        return undefined;
    }
  }

  private concludeRecipients(lastReply: Reply): void {
    if (this.recipients.some(({ accepted }) => accepted)) return this.steps.passed('rcpt', replyText(lastReply));
    const facts = this.recipients.flatMap(({ fact }) => fact ?? []);
    const mostHopeful = facts.find((fact) => fact.kind === 'reply' && fact.code < 500) ?? facts[0];
    if (mostHopeful !== undefined) this.fail(mostHopeful);
  }

  private concludeGoAhead(reply: Reply): void {
    if (!isPositive(reply)) return this.fail(replyFact('data', reply));
    if (this.ending === null) return this.link.beginBody();
    // Sender or recipients were refused, but DATA, sent in the same write, was accepted. An end of data could pass for an empty message.
    this.link.abandon();
  }

  private async writeBody(): Promise<void> {
    try {
      await this.body.writeAllButTheEnd();
    } catch (cause) {
      if (!this.isOver()) this.settle({ outcome: 'body_failed', cause });
    }
  }

  /** Asks whether the end of data may go out. Waits for the answer even if the link is gone, so that no commit comes after the result. */
  private async mayEnd(): Promise<boolean> {
    const accepted = this.recipients.filter((recipient) => recipient.accepted).map((recipient) => recipient.address);
    try {
      if ((await this.message.beforeEndOfData(accepted)) === 'release') return !this.isOver();
      if (!this.isOver()) this.settle({ outcome: 'held', cause: null });
    } catch (cause) {
      if (!this.isOver()) this.settle({ outcome: 'held', cause });
    }
    return false;
  }

  /** Whether the transaction has ended; a lost link ends it too. */
  private isOver(): boolean {
    if (this.link.failure !== null) this.fail(this.link.failure);
    return this.ending !== null;
  }

  private fail(fact: SmtpFact): void {
    this.settle({ outcome: 'failed', fact });
  }

  private settle(ending: Ending): void {
    this.ending ??= ending;
  }
}
