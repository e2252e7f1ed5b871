// What to change when the test of a mail server fails, as far as the provider is known by its host name or its reply.
import { type FailureCode, type SmtpSecurity } from '@billing-mail/contracts';
import { type Words } from '../words/catalogues.js';

/** What was tried and how it went. `reply` is what the server said. */
export type ProbeFailure = {
  reason: FailureCode;
  reply: string | null;
  server: { host: string; port: number; security: SmtpSecurity };
};

/** First match wins; every condition that a hint names must hold. */
export type ProviderHint = {
  host?: RegExp;
  reply?: RegExp;
  reasons?: readonly FailureCode[];
  port?: number;
  /** The only port with which the provider works: the hint is for all other ports. */
  unlessPort?: number;
  security?: readonly SmtpSecurity[];
  hint: keyof Words['providerHints'];
};

const MICROSOFT = /(?:^|\.)(?:office365\.com|outlook\.com|outlook\.office\.com)$/i;
const GOOGLE = /(?:^|\.)(?:gmail|googlemail|google)\.com$/i;
const LOGIN_FAILED = ['smtp_auth_rejected'] as const;
const NOT_CONNECTED = [
  'smtp_unreachable',
  'smtp_timeout',
  'smtp_tls_failed',
  'smtp_starttls_missing',
  'smtp_protocol_error',
  'smtp_connection_lost',
] as const;

export const PROVIDER_HINTS: readonly ProviderHint[] = [
  // Microsoft 365 and Outlook.com: learn.microsoft.com "Set up SMTP AUTH client submission"; port 587 with STARTTLS only.
  {
    host: MICROSOFT,
    reasons: [...NOT_CONNECTED, 'smtp_port_forbidden', 'smtp_auth_unavailable'],
    unlessPort: 587,
    hint: 'microsoftPort',
  },
  // Microsoft's 550 5.7.30 (elsewhere that status is about REQUIRETLS, RFC 8689). Exchange team blog, January 2026: passwords are off by
  // default from the end of December 2026; an administrator can switch them on again for the time being.
  {
    reply: /basic authentication is not supported/i,
    hint: 'microsoftNoPasswords',
  },
  {
    reply: /SmtpClientAuthentication is disabled for the Tenant/i,
    hint: 'microsoftOffForOrganisation',
  },
  {
    reply: /SmtpClientAuthentication is disabled for the Mailbox/i,
    hint: 'microsoftOffForMailbox',
  },
  {
    reply: /security defaults policy|locked by your organization/i,
    hint: 'microsoftSecurityDefaults',
  },
  {
    host: MICROSOFT,
    reasons: LOGIN_FAILED,
    hint: 'microsoftLogin',
  },
  {
    reply: /SendAsDenied|5\.7\.60\b/i,
    hint: 'microsoftSender',
  },

  // Google: support.google.com/mail "Sign in with app passwords".
  {
    reply: /5\.7\.14\b|log in (?:via|with) your web browser/i,
    hint: 'googleBrowser',
  },
  {
    reply: /application-specific password required|InvalidSecondFactor|BadCredentials/i,
    hint: 'googleAppPassword',
  },
  {
    host: GOOGLE,
    reasons: LOGIN_FAILED,
    hint: 'googleLogin',
  },

  {
    host: /(?:^|\.)(?:gmx\.(?:net|de|com|at|ch)|web\.de)$/i,
    reasons: LOGIN_FAILED,
    hint: 'gmxLogin',
  },
  {
    host: /(?:^|\.)t-online\.de$/i,
    reasons: LOGIN_FAILED,
    hint: 'telekomLogin',
  },
  {
    host: /(?:^|\.)(?:mail\.me\.com|icloud\.com|mail\.yahoo\.com|mail\.yahoo\.de)$/i,
    reasons: LOGIN_FAILED,
    hint: 'appPassword',
  },
  {
    host: /(?:^|\.)(?:ionos\.(?:de|com|co\.uk|fr|es|it)|1und1\.de|strato\.(?:de|com)|kasserver\.com|one\.com)$/i,
    reasons: LOGIN_FAILED,
    hint: 'mailboxLogin',
  },
  {
    host: /(?:^|\.)amazonaws\.com$/i,
    reasons: LOGIN_FAILED,
    hint: 'amazonLogin',
  },
  {
    reply: /identities failed the check|address is not verified|sender (?:signature|identity)/i,
    hint: 'unconfirmedSender',
  },
  {
    host: /(?:^|\.)sendgrid\.net$/i,
    reasons: LOGIN_FAILED,
    hint: 'sendgridLogin',
  },
  {
    host: /(?:^|\.)postmarkapp\.com$/i,
    reasons: LOGIN_FAILED,
    hint: 'postmarkLogin',
  },

  // RFC 8314 3.3 and 7.3: 465 is encrypted from the first byte, 587 only after STARTTLS. If they are mixed up, both sides wait for each
  // other.
  {
    port: 465,
    security: ['starttls', 'none'],
    reasons: NOT_CONNECTED,
    hint: 'port465',
  },
  {
    port: 587,
    security: ['tls'],
    reasons: NOT_CONNECTED,
    hint: 'port587',
  },
  {
    port: 25,
    reasons: NOT_CONNECTED,
    hint: 'port25',
  },
];
