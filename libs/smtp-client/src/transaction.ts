// One message over one session: what came of MAIL, each RCPT, DATA, the gate and the end of data, as one value.
import { type AttemptStage } from '@billing-mail/contracts';
import { cleanReply, type SmtpFact } from '@billing-mail/mail-core';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { gateEndOfData } from './end-of-data-gate.js';
import { type Link } from './link.js';
import { type Ending, type OutgoingMessage, type RecipientResult, type TransactionResult } from './message.js';
import { type NodemailerSocket } from './nodemailer-socket.js';
import { isPositive, isSuccess, replyFact, replyText, type Reply } from './reply.js';
import { type StepClock } from './step-clock.js';

/**
 * Nodemailer speaks; what happened is concluded from the replies and the state of the link, as its errors do not tell a lost
 * link after the end of data from a failed connect. The first ending counts.
 */
export class Transaction {
  private readonly recipients: RecipientResult[];
  private readonly ending: Promise<Ending>;
  private endWith!: (ending: Ending) => void;
  private isSettled = false;
  private answeredRecipients = 0;
  private endOfDataReleased = false;
  private decision: Promise<boolean> | null = null;

  constructor(
    private readonly link: Link,
    private readonly message: OutgoingMessage,
    private readonly steps: StepClock,
  ) {
    this.recipients = message.recipients.map((address) => ({ address, accepted: false }));
    this.ending = new Promise((resolve) => (this.endWith = resolve));
  }

  async run(connection: SMTPConnection, socket: NodemailerSocket): Promise<TransactionResult> {
    const { from, size, body } = this.message;
    const gate = gateEndOfData(body, (bytes) => (this.decision = this.mayEnd(bytes)));
    socket.observer = (reply, stage) => this.observe(reply, stage);
    const stopListening = this.link.onEnd((fact) => this.fail(fact));
    for (const stream of [body, gate]) stream.on('error', (cause) => this.settle({ outcome: 'body_failed', cause }));
    const spoken = new Promise<void>((resolve) => {
      connection.send({ from, to: [...this.message.recipients], size }, gate, (error) => {
        if (error && !this.isSettled) this.settleByError(error);
        resolve();
      });
    });
    const ending = await this.ending;
    if (ending.outcome === 'held' || ending.outcome === 'body_failed') this.link.abandon();
    // Nodemailer must be done before the next message. A decision under way is waited for, so that its commit can't come
    // after the result; a link that is gone does not change that.
    await this.link.orEnd(spoken);
    await this.decision;
    gate.destroy();
    body.destroy();
    socket.observer = null;
    stopListening();
    if (ending.outcome === 'failed') this.steps.failed(ending.fact);
    return { recipients: this.recipients, endOfDataReleased: this.endOfDataReleased, ...ending };
  }

  /** Ends it from our side: held while the end of data is not out, afterwards nobody knows. */
  abort(): void {
    if (!this.endOfDataReleased) this.settle({ outcome: 'held', cause: new Error('the session was closed from our side') });
    this.link.abandon();
  }

  private observe(reply: Reply, stage: AttemptStage): void {
    const text = replyText(reply);
    if (stage === 'rcpt') this.observeRecipient(reply);
    // RFC 5321 4.2.1: after 421 there is no next command, whatever it answered.
    if (reply.code === 421) return this.fail(replyFact(stage, reply));
    switch (stage) {
      case 'mail':
        return isSuccess(reply) ? this.steps.passed('mail_from', text) : this.fail(replyFact(stage, reply));
      case 'rcpt':
        return this.observeAllRecipients(text);
      case 'data':
        return isPositive(reply) ? undefined : this.fail(replyFact(stage, reply));
      case 'final':
        if (!isSuccess(reply)) return this.fail(replyFact(stage, reply));
        this.steps.passed('data', text);
        return this.settle({ outcome: 'accepted', code: reply.code, reply: cleanReply(text) ?? '' });
      default:
        return undefined;
    }
  }

  private observeRecipient(reply: Reply): void {
    // Commands go one at a time (see HIDDEN_EXTENSIONS), so replies come in the order of the recipients.
    const recipient = this.recipients[this.answeredRecipients++];
    if (recipient === undefined) return;
    recipient.accepted = isSuccess(reply);
    if (!recipient.accepted) recipient.fact = replyFact('rcpt', reply);
  }

  private observeAllRecipients(lastReply: string): void {
    if (this.answeredRecipients < this.recipients.length) return;
    if (this.accepted().length > 0) return this.steps.passed('rcpt', lastReply);
    const facts = this.recipients.flatMap((recipient) => recipient.fact ?? []);
    const mostHopeful = facts.find((fact) => fact.kind === 'reply' && fact.code < 500) ?? facts[0];
    if (mostHopeful !== undefined) this.fail(mostHopeful);
  }

  private async mayEnd(bytes: number): Promise<boolean> {
    if (this.isSettled) return false;
    const { size, beforeEndOfData } = this.message;
    if (bytes !== size) {
      this.settle({ outcome: 'body_failed', cause: new Error(`the body has ${bytes} bytes and not ${size} as announced`) });
      return false;
    }
    try {
      if ((await beforeEndOfData(this.accepted())) === 'hold') this.settle({ outcome: 'held', cause: null });
    } catch (cause) {
      this.settle({ outcome: 'held', cause });
    }
    if (!this.isSettled) this.endOfDataReleased = this.link.releaseEndOfData();
    return this.endOfDataReleased;
  }

  private accepted(): string[] {
    return this.recipients.filter((recipient) => recipient.accepted).map((recipient) => recipient.address);
  }

  private fail(fact: SmtpFact): void {
    this.settle({ outcome: 'failed', fact });
  }

  // Every reply, every loss and a failing body are settled before nodemailer tells; what is left is a fault of its own.
  private settleByError(error: Error & { code?: string }): void {
    if (error.code === 'ESTREAM') return this.settle({ outcome: 'body_failed', cause: error });
    this.link.end({ kind: 'protocol', stage: this.link.currentStage, text: error.message });
  }

  private settle(ending: Ending): void {
    this.isSettled = true;
    this.endWith(ending);
  }
}
