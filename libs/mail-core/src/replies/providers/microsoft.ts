// Microsoft 365 (Exchange Online): what its submission server says about accounts, about the mailboxes that send, and about their
// organisation.
import { type ProviderRule, type ProviderRules } from '../reply-rule.js';

const SENDING = ['mail', 'rcpt', 'data', 'final'] as const;
const NDR = 'https://learn.microsoft.com/en-us/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-online';
const SMTP_AUTH = 'https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission';
const THROTTLED = 'https://learn.microsoft.com/en-us/Exchange/mail-flow-best-practices/continuous-error-throttling-smtp-auth-submissions';

const SIGN_IN: readonly ProviderRule[] = [
  {
    // The reply to passwords and to tokens alike.
    at: ['auth'],
    text: /SmtpClientAuthentication is disabled/i,
    reason: 'smtp_auth_switched_off',
    source: SMTP_AUTH,
    says: [
      {
        at: 'auth',
        reply:
          '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.',
      },
      {
        at: 'auth',
        reply:
          '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.',
      },
    ],
  },
  {
    // The causes: security defaults, an authentication policy, conditional access, and from the end of 2026 the default.
    at: ['auth'],
    text: /basic authentication is (?:disabled|not supported)|security defaults policy|locked by your organization|did not meet the criteria to be authenticated|configuration does(?: not|n't) allow this authentication/i,
    reason: 'smtp_password_not_allowed',
    source: `${SMTP_AUTH}; https://github.com/nodemailer/nodemailer/issues/1617`,
    says: [
      {
        at: 'auth',
        reply: '535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [BM1P287CA0015.INDP287.PROD.OUTLOOK.COM]',
      },
      {
        at: 'auth',
        reply:
          "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
      },
      {
        at: 'auth',
        reply:
          '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.',
      },
      {
        at: 'auth',
        reply: "535 5.7.139 Authentication unsuccessful, the organization configuration doesn't allow this authentication request.",
      },
      { at: 'auth', reply: '550 5.7.30 Basic authentication is not supported for Client Submission.' },
    ],
  },
  {
    // The token is valid, but its user has no right to the mailbox, or the mailbox does not exist.
    at: ['auth'],
    text: /mailbox logon failure|MapiExceptionLogonFailed/i,
    reason: 'smtp_mailbox_not_permitted',
    source: 'https://github.com/simonrob/email-oauth2-proxy/issues/271',
    says: [
      {
        at: 'auth',
        reply:
          '430 4.2.0 STOREDRV; mailbox logon failure; STOREDRV.Submission.Exception:ConnectionFailedTransientException.MapiExceptionLogonFailed; Failed to process message due to a transient exception with message Cannot open mailbox.',
      },
    ],
  },
];

const SENDING_MAILBOX: readonly ProviderRule[] = [
  {
    // "STOREDRV.Deliver" would be about the recipient's mailbox. 4.3.2 means a folder with a million items.
    at: SENDING,
    text: /STOREDRV\.(?:Client)?Submi\w+[^;]{0,40}:QuotaExceeded/i,
    reason: 'sender_mailbox_full',
    scope: 'route',
    stopsWay: true,
    source: 'https://support.servicenow.com/kb?id=kb_article_view&sysparm_article=KB0751248',
    says: [
      {
        at: 'final',
        reply:
          '554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent exception with message Cannot submit message',
      },
      {
        at: 'final',
        reply:
          '554 4.3.2 mailbox busy; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionMessagePerFolderCountQuotaExceeded; Failed to process message due to a permanent exception with message Cannot submit message.',
      },
    ],
  },
  {
    at: SENDING,
    status: /^2\.251$/,
    reason: 'sender_mailbox_full',
    scope: 'route',
    stopsWay: true,
    source: THROTTLED,
    says: [{ at: 'final', reply: '550 5.2.251 Sender throttled due to continuous mailbox full errors.' }],
  },
  {
    at: SENDING,
    status: /^2\.252$/,
    reason: 'sender_refused',
    scope: 'route',
    stopsWay: true,
    source: THROTTLED,
    says: [{ at: 'final', reply: '550 5.2.252 Sender throttled due to continuous send as denied errors.' }],
  },
  {
    at: SENDING,
    status: /^2\.253$/,
    reason: 'sender_unlicensed',
    scope: 'route',
    stopsWay: true,
    source: THROTTLED,
    says: [{ at: 'final', reply: '550 5.2.253 Sender throttled due to continuous invalid license errors.' }],
  },
  {
    at: SENDING,
    status: /^2\.25[45]$/,
    reason: 'sender_throttled',
    scope: 'route',
    passes: true,
    stopsWay: true,
    source: THROTTLED,
    says: [
      { at: 'final', reply: '550 5.2.254 Sender throttled due to continuous too many recipients errors.' },
      { at: 'final', reply: '550 5.2.255 Sender throttled due to continuous invalid recipients errors.' },
    ],
  },
];

const ORGANISATION: readonly ProviderRule[] = [
  {
    // The count covers the last 24 hours, so the limit passes by itself.
    at: SENDING,
    code: /^5/,
    status: /^7\.23[23]$/,
    reason: 'smtp_rate_limited',
    scope: 'route',
    passes: true,
    source: NDR,
    says: [
      {
        at: 'final',
        reply:
          "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending email to external recipients (tenant external recipient rate limit)",
      },
      {
        at: 'rcpt',
        reply:
          "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for sending email to external recipients (tenant external recipient rate limit)",
      },
    ],
  },
  {
    at: SENDING,
    code: /^5/,
    status: /^7\.708$/,
    reason: 'sender_blocked',
    scope: 'route',
    stopsWay: true,
    source:
      'https://learn.microsoft.com/en-us/Exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/fix-error-code-5-7-700-through-5-7-750',
    says: [{ at: 'final', reply: '550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.' }],
  },
  {
    at: SENDING,
    text: /bad outbound sender/i,
    reason: 'sender_blocked',
    scope: 'route',
    stopsWay: true,
    source: NDR,
    says: [{ at: 'mail', reply: '501 5.1.8 Access denied, bad outbound sender' }],
  },
];

export const MICROSOFT: ProviderRules = { provider: 'Microsoft 365', rules: [...SIGN_IN, ...SENDING_MAILBOX, ...ORGANISATION] };
