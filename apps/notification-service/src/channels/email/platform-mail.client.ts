// Hands alerts to the platform's own server, behind the same gate as documents: an alert never travels by the route that it reports on. Where the
// operator has named a second server, what the first does not take goes there: an alert that the platform is down would share its fate otherwise.
import { readFileSync } from 'node:fs';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { classifyReply, composeMessage, isNonexistentRecipient, type MessageDraft } from '@billing-mail/mail-core';
import {
  clientNameFor,
  platformServer,
  SessionKeeper,
  type SessionOptions,
  type SmtpLine,
  type SmtpServer,
  type TransactionResult,
} from '@billing-mail/smtp-client';
import { NOTIFICATION_ENV, type NotificationEnv } from '../../notification.env.js';
import { type AlertEmail } from './compose-alert-email.js';

/** An alert on its way: to one address, which must have passed the address rule of contracts. */
export type OutgoingAlert = {
  email: AlertEmail;
  address: string;
  /** The same for a repeated sending, as is `date`, so that the receiver can see that it is the same. */
  id: string;
  date: Date;
  /** Commits that the end of data goes out; false holds it back for good. */
  releaseEndOfData: () => Promise<boolean>;
  /** Aborted when the claim is lost. */
  signal: AbortSignal;
};

/**
 * What became of it. `refused`: it is not out; `error` says why and never holds the address. `doubtful`: the end of data is out, and
 * nobody knows whether the server took it. `held`: it was held back for a reason of ours.
 */
export type SendResult =
  | { outcome: 'sent' }
  | { outcome: 'refused'; error: string; addressExists: boolean }
  | { outcome: 'doubtful'; error: string }
  | { outcome: 'held'; cause: unknown };

// RFC 5321 4.5.3.2: who gives up the wait for the final reply sooner sends copies.
const TIMEOUTS = { connectMs: 10_000, replyMs: 60_000, finalReplyMs: 600_000 };
const KEEPING = { idleMs: 5000, messagesPerSession: 100 };
const ALERTS = 'alerts';

@Injectable()
export class PlatformMailClient implements OnApplicationShutdown {
  private readonly sessions = new SessionKeeper(KEEPING);
  /** In the order in which they are tried. */
  private readonly servers: readonly SmtpServer[];
  private readonly options: SessionOptions;

  constructor(@Inject(NOTIFICATION_ENV) private readonly env: NotificationEnv) {
    const { PLATFORM_SMTP_CA_FILE: caFile } = env;
    this.servers = [
      platformServer(env.PLATFORM_SMTP_URL, caFile === undefined ? undefined : readFileSync(caFile, 'utf8')),
      ...(env.ALERT_SMTP_URL === undefined ? [] : [platformServer(env.ALERT_SMTP_URL)]),
    ];
    this.options = {
      // The operator named the server: no policy applies to it.
      policy: { allowedNetworks: [], allowedPorts: [] },
      timeouts: TIMEOUTS,
      clientName: clientNameFor(env.SMTP_CLIENT_NAME).name,
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sessions.close();
  }

  async send(alert: OutgoingAlert): Promise<SendResult> {
    try {
      return await this.sendByFirstThatTakes(alert, await composeMessage(this.draftOf(alert), null));
    } catch (error) {
      // An address or a text that no e-mail can hold. Nothing of it is out, and others go on.
      return { outcome: 'refused', error: String(error), addressExists: true };
    }
  }

  /** A doubt stays with the server that it is about, and an address that does not exist exists for no other. */
  private async sendByFirstThatTakes(alert: OutgoingAlert, message: Buffer): Promise<SendResult> {
    const errors: string[] = [];
    for (const server of this.servers) {
      const result = toResult(await this.handIn(server, alert, message));
      if (result.outcome !== 'refused' || !result.addressExists) return result;
      errors.push(result.error);
      if (alert.signal.aborted) break;
    }
    return { outcome: 'refused', error: errors.join('; second server: '), addressExists: true };
  }

  private async handIn(server: SmtpServer, alert: OutgoingAlert, message: Buffer): Promise<TransactionResult> {
    const line = this.sessions.line(server, ALERTS, this.options);
    const onAbort = (): void => line.abort();
    alert.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.transact(line, alert, message);
    } finally {
      alert.signal.removeEventListener('abort', onAbort);
      void line.giveBack();
    }
  }

  private transact(line: SmtpLine, { address, releaseEndOfData, signal }: OutgoingAlert, message: Buffer): Promise<TransactionResult> {
    return line.send({
      from: this.env.PLATFORM_FROM_ADDRESS,
      recipients: [address],
      size: message.length,
      body: message,
      beforeEndOfData: async () => (!signal.aborted && (await releaseEndOfData()) ? 'release' : 'hold'),
    });
  }

  private draftOf({ email, address, id, date }: OutgoingAlert): MessageDraft {
    const { PLATFORM_FROM_ADDRESS: from } = this.env;
    return {
      from: { name: 'Billing Mail', address: from },
      replyTo: null,
      to: [{ address }],
      cc: [],
      ...email,
      date,
      messageId: `<${id}@${from.split('@')[1] ?? 'localhost'}>`,
      deliveryId: null,
      boundarySeed: id,
      attachments: [],
      autoSubmitted: true,
    };
  }
}

function toResult(sent: TransactionResult): SendResult {
  if (sent.outcome === 'accepted') return { outcome: 'sent' };
  if (sent.outcome !== 'failed') return { outcome: 'held', cause: sent.cause };
  const verdict = classifyReply(sent.fact, { endOfDataReleased: sent.endOfDataReleased });
  // The server's own words may hold the address.
  const error = [verdict.stage, verdict.code, verdict.enhancedCode, verdict.reason].filter((part) => part !== null).join(' ');
  if (verdict.lasting === 'uncertain') return { outcome: 'doubtful', error };
  return { outcome: 'refused', error, addressExists: !isNonexistentRecipient(verdict) };
}
