import { type MailProviderName } from './mail-connection.js';
import { type SmtpSecurity } from './settings-rules.js';

/** Mail servers to which a provider's token may be sent; the first one is the preset. None is known of another provider. */
export const MAIL_PROVIDER_SERVERS: Readonly<Record<MailProviderName, readonly { host: string; port: number; security: SmtpSecurity }[]>> =
  {
    microsoft: [
      { host: 'smtp.office365.com', port: 587, security: 'starttls' },
      { host: 'smtp-mail.outlook.com', port: 587, security: 'starttls' },
    ],
    google: [
      { host: 'smtp.gmail.com', port: 587, security: 'starttls' },
      { host: 'smtp-relay.gmail.com', port: 587, security: 'starttls' },
    ],
    oidc: [],
  };
