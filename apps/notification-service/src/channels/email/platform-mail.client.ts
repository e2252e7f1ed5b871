// Hands alerts to the platform's own server: an alert never travels by the route that it reports on.
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Inject, Injectable } from '@nestjs/common';
import { platformServer } from '@billing-mail/smtp-client';
import { createTransport, type SMTPTransportOptions, type Transporter } from 'nodemailer';
import { NOTIFICATION_ENV, type NotificationEnv } from '../../notification.env.js';
import { type AlertEmail } from './compose-alert-email.js';

export type SendResult = { ok: true } | { ok: false; error: string; isAddressRefused: boolean };

const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 30_000;

@Injectable()
export class PlatformMailClient {
  private readonly transport: Transporter;

  constructor(@Inject(NOTIFICATION_ENV) private readonly env: NotificationEnv) {
    this.transport = createTransport(transportOptions(env));
  }

  /** Sends to one address, which must have passed the address rule of contracts. The same id for a repeated sending lets the receiver see that it is the same. */
  async send(address: string, email: AlertEmail, id: string): Promise<SendResult> {
    const domain = this.env.PLATFORM_FROM_ADDRESS.split('@')[1] ?? 'localhost';
    try {
      await this.transport.sendMail({
        ...email,
        from: { name: 'Billing Mail', address: this.env.PLATFORM_FROM_ADDRESS },
        to: { name: '', address },
        messageId: `<${id}@${domain}>`,
        // RFC 3834: keeps absence replies and loops away.
        headers: { 'Auto-Submitted': 'auto-generated' },
        textEncoding: 'quoted-printable',
        xMailer: false,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return { ok: true };
    } catch (error) {
      return toFailure(error);
    }
  }
}

function transportOptions(env: NotificationEnv): SMTPTransportOptions {
  const { host, port, security, auth } = platformServer(env.PLATFORM_SMTP_URL);
  return {
    host,
    port,
    secure: security === 'tls',
    // Never a password in clear: without these nodemailer goes on unencrypted when the server offers no STARTTLS.
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(auth.type === 'password' ? { auth: { user: auth.username, pass: auth.password } } : {}),
    tls: {
      minVersion: 'TLSv1.2',
      ...(env.PLATFORM_SMTP_CA_FILE ? { ca: [...rootCertificates, readFileSync(env.PLATFORM_SMTP_CA_FILE, 'utf8')] } : {}),
    },
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    logger: false,
  };
}

// nodemailer's `permanent` also covers refused logins, which an operator mends: only a refused address is final.
function toFailure(error: unknown): SendResult {
  const { command = null, responseCode = null, code = null } = error as { command?: string; responseCode?: number; code?: string };
  return {
    ok: false,
    // Its message may hold the address.
    error: [code, command, responseCode].filter((part) => part !== null).join(' '),
    isAddressRefused: command === 'RCPT TO' && responseCode !== null && responseCode >= 500,
  };
}
