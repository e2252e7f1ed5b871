import { FAILURE_CODES, type FailureCode, type Locale, LOCALES, type SmtpSecurity } from '@billing-mail/contracts';
import { CATALOGUES } from '../words/catalogues.js';
import { explainFailure } from './explain-failure.js';
import { hintForProbe } from './hint-for-probe.js';
import { PROVIDER_HINTS } from './provider-hints.js';

type Row = readonly [reason: FailureCode, server: string, reply: string | null, hint: RegExp];

const ask = (reason: FailureCode, server: string, reply: string | null, locale: Locale) => {
  const [host = '', port = '', security = ''] = server.split(' ');
  return hintForProbe({ reason, reply, server: { host, port: Number(port), security: security as SmtpSecurity } }, locale);
};

const PROBES: readonly Row[] = [
  ['smtp_timeout', 'smtp.office365.com 465 tls', null, /port 587 and STARTTLS/],
  [
    'smtp_auth_rejected',
    'smtp.office365.com 587 starttls',
    '550 5.7.30 Basic authentication is not supported for Client Submission.',
    /December 2026/,
  ],
  [
    'smtp_auth_rejected',
    'smtp.office365.com 587 starttls',
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.',
    /whole organisation/,
  ],
  [
    'smtp_auth_rejected',
    'smtp.office365.com 587 starttls',
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.',
    /Authenticated SMTP/,
  ],
  [
    'smtp_auth_rejected',
    'smtp.office365.com 587 starttls',
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
    /security defaults/,
  ],
  ['smtp_auth_rejected', 'smtp.office365.com 587 starttls', '535 5.7.3 Authentication unsuccessful', /app password/],
  ['sender_refused', 'smtp.office365.com 587 starttls', '554 5.2.252 SendAsDenied; a not allowed to send as b', /Send as/],
  ['smtp_auth_rejected', 'smtp.gmail.com 587 starttls', '534-5.7.14 Please log in via your web browser and then try again.', /web browser/],
  ['smtp_auth_rejected', 'smtp.gmail.com 465 tls', '534 5.7.9 Application-specific password required.', /no ordinary password/],
  ['smtp_auth_rejected', 'smtp.gmail.com 465 tls', '535 5.7.8 Username and Password not accepted.', /full Google address/],
  ['smtp_auth_rejected', 'mail.gmx.net 587 starttls', '535 Authentication credentials invalid', /POP3\/IMAP/],
  ['smtp_auth_rejected', 'securesmtp.t-online.de 465 tls', '535 5.7.0 rejected', /Telekom/],
  ['smtp_auth_rejected', 'smtp.mail.me.com 587 starttls', '535 5.7.8 failed', /app password/],
  ['smtp_auth_rejected', 'smtp.ionos.de 587 starttls', '535 Authentication credentials invalid', /not that of the customer account/],
  ['smtp_auth_rejected', 'email-smtp.eu-central-1.amazonaws.com 587 starttls', '535 Authentication Credentials Invalid', /SES console/],
  [
    'sender_refused',
    'email-smtp.eu-central-1.amazonaws.com 587 starttls',
    '554 Message rejected: Email address is not verified.',
    /confirmed/,
  ],
  ['smtp_auth_rejected', 'smtp.sendgrid.net 587 starttls', '535 failed', /apikey/],
  ['smtp_auth_rejected', 'smtp.postmarkapp.com 587 starttls', '535 failed', /Server API token/],
  ['smtp_timeout', 'smtp.acme.example 465 starttls', null, /choose TLS/],
  ['smtp_tls_failed', 'smtp.acme.example 587 tls', null, /choose STARTTLS/],
  ['smtp_unreachable', 'smtp.acme.example 25 starttls', null, /Port 25/],
];

describe('hintForProbe', () => {
  it.each(PROBES)('tells after %s at %s (%s) %s', (reason, server, reply, hint) => {
    expect(ask(reason, server, reply, 'en')).toMatch(hint);
    for (const locale of LOCALES.filter((each) => each !== 'en'))
      expect(ask(reason, server, reply, locale)).not.toBe(ask(reason, server, reply, 'en'));
  });

  it('gives every hint of the table at least once', () => {
    const given = PROBES.map(([reason, server, reply]) => ask(reason, server, reply, 'en'));
    expect(PROVIDER_HINTS.filter(({ hint }) => !given.includes(CATALOGUES.en.providerHints[hint]))).toEqual([]);
  });

  it.each(FAILURE_CODES)('gives the general advice after %s at an unknown server', (code) => {
    for (const locale of LOCALES) {
      expect(ask(code, 'smtp.acme.example 587 starttls', 'no', locale)).toBe(
        explainFailure({ code, server: null, reply: null }, locale, 'custom', 'byTest').todo,
      );
    }
  });

  it('does not send to the settings whoever tests there', () => {
    const failure = { code: 'smtp_unreachable', server: null, reply: null } as const;
    expect(explainFailure(failure, 'en').todo).toContain('Check server name and port in the settings for e-mail delivery, and');
    expect(explainFailure(failure, 'en', 'custom', 'byTest').todo).toContain('Check server name and port, and');
    expect(explainFailure(failure, 'de', 'custom', 'byTest').todo).toContain('Prüfen Sie Servernamen und Port und');
  });

  it('is not taken in by a host that only looks like a provider', () => {
    const general = explainFailure({ code: 'smtp_auth_rejected', server: null, reply: null }, 'en').todo;
    expect(ask('smtp_auth_rejected', 'notgmail.com 587 starttls', null, 'en')).toBe(general);
    expect(ask('smtp_auth_rejected', 'smtp.gmail.com.acme.example 587 starttls', null, 'en')).toBe(general);
  });

  it('is at most 300 characters of whole sentences', () => {
    for (const locale of LOCALES) {
      for (const hint of Object.values(CATALOGUES[locale].providerHints)) {
        expect(hint).toMatch(/^[A-ZÄÖÜ].*\.$/);
        expect(hint.length).toBeLessThanOrEqual(300);
      }
    }
  });
});
