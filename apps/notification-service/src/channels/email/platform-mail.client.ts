// Sends alerts by the platform's own server, behind the same gate as documents. An alert never goes by the route of the team that it is
// about. If the operator has named a second server, it gets the alerts that the first one refuses: otherwise an alert that the platform's
// server is down could not be sent.
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

/** An alert to one address, which must match the address rule of contracts. */
export type OutgoingAlert = {
  email: AlertEmail;
  address: string;
  /** Part of the Message-ID. Like `date`, it stays the same when the alert is sent again, so that the receiver can recognise the copy. */
  id: string;
  date: Date;
  /** Commits that the end of data goes out. If the promise resolves to false, the end of data must not be sent. */
  releaseEndOfData: () => Promise<boolean>;
  /** Aborted when the claim is lost. */
  signal: AbortSignal;
};

/**
 * `refused`: not sent; `error` says why, without the address. `doubtful`: the end of data went out, but there was no reply. `held`: held
 * back because of a trouble on our side.
 */
export type SendResult =
  | { outcome: 'sent' }
  | { outcome: 'refused'; error: string; addressExists: boolean }
  | { outcome: 'doubtful'; error: string }
  | { outcome: 'held'; cause: unknown };

// RFC 5321, 4.5.3.2.6 asks for 10 minutes for the final reply: a client that gives up sooner sends second copies.
const TIMEOUTS = { connectMs: 10_000, replyMs: 60_000, finalReplyMs: 600_000 };
const KEEPING = { idleMs: 5000, messagesPerSession: 100 };
const ALERTS = 'alerts';

@Injectable()
export class PlatformMailClient implements OnApplicationShutdown {
  private readonly sessions = new SessionKeeper(KEEPING);
  /** The servers in the order in which they are tried. */
  private readonly servers: readonly SmtpServer[];
  private readonly options: SessionOptions;

  constructor(@Inject(NOTIFICATION_ENV) private readonly env: NotificationEnv) {
    const { PLATFORM_SMTP_CA_FILE: caFile } = env;
    this.servers = [
      platformServer(env.PLATFORM_SMTP_URL, caFile === undefined ? undefined : readFileSync(caFile, 'utf8')),
      ...(env.ALERT_SMTP_URL === undefined ? [] : [platformServer(env.ALERT_SMTP_URL)]),
    ];
    this.options = {
      // The operator has named the server, so no network policy applies.
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
      // The address or the text can't be composed into an e-mail. Nothing was sent, and the other e-mails go on.
      return { outcome: 'refused', error: String(error), addressExists: true };
    }
  }

  /** Does not try the second server after a doubt, because the first may have the e-mail, nor for an address that does not exist. */
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
  // Leaves out the server's text, which may contain the address.
  const error = [verdict.stage, verdict.code, verdict.enhancedCode, verdict.reason].filter((part) => part !== null).join(' ');
  if (verdict.lasting === 'uncertain') return { outcome: 'doubtful', error };
  return { outcome: 'refused', error, addressExists: !isNonexistentRecipient(verdict) };
}
