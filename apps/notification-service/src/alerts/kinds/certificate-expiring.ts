// Alerts before and after a certificate expires: to the operator about the platform's certificate, and to a team about its certificates.
import { type CertificateExpiringEvent, type CertificateUse, type Locale, type OwnCertificateExpiringEvent } from '@billing-mail/contracts';
import { type AlertText, textBlock } from '../wording/blocks.js';
import { audienceOf, OPERATOR } from '../alert.js';
import { quotable } from '../wording/one-line.js';
import { type IncidentKind, inWords } from './incident.js';

type Params = { kind: 'certificate_expiring' } & Pick<CertificateExpiringEvent, 'notAfter' | 'daysLeft'>;
type TeamParams = { kind: 'own_certificate_expiring' } & Pick<
  OwnCertificateExpiringEvent,
  'use' | 'addresses' | 'subject' | 'notAfter' | 'daysLeft'
>;

type Use = {
  /** The subject of the title. */
  it: string;
  /** The subject of the sentence that says until when it is valid. */
  named: (name: string) => string;
  before: string;
  after: string;
  todo: string;
};
type Words = {
  title: (it: string, daysLeft: number) => string;
  validity: (named: string, until: string, daysLeft: number) => string;
  uses: Record<CertificateUse | 'platform', Use>;
};

const SERVER_CERTIFICATE: Record<Locale, Omit<Use, 'it'>> = {
  en: {
    named: (name) => `The certificate by which your mail server is trusted (${name})`,
    before: 'Once it has expired, your mail server is no longer trusted, and no document goes out by it.',
    after: 'Your mail server is no longer trusted, and no document goes out by it.',
    todo: 'Ask whoever runs your mail server for the new certificate, and set it in the settings for e-mail delivery.',
  },
  de: {
    named: (name) => `Das Zertifikat, an dem Ihr Mailserver erkannt wird (${name}),`,
    before: 'Nach dem Ablauf wird Ihrem Mailserver nicht mehr vertraut, und über ihn wird kein Beleg mehr verschickt.',
    after: 'Ihrem Mailserver wird nicht mehr vertraut, und über ihn wird kein Beleg mehr verschickt.',
    todo: 'Fragen Sie denjenigen, der Ihren Mailserver betreibt, nach dem neuen Zertifikat und hinterlegen Sie es in den Einstellungen für den E-Mail-Versand.',
  },
};

const WORDS: Record<Locale, Words> = {
  en: {
    title: (it, daysLeft) =>
      daysLeft < 0
        ? `${it} has expired`
        : daysLeft === 0
          ? `${it} expires today`
          : `${it} expires in ${daysLeft === 1 ? '1 day' : `${daysLeft} days`}`,
    validity: (named, until, daysLeft) => `${named} ${daysLeft < 0 ? 'was' : 'is'} valid until ${until}.`,
    uses: {
      platform: {
        it: 'The signing certificate of the platform',
        named: () => 'The certificate that the platform signs with',
        before: 'Once it has expired, documents that the platform sends wait until it is replaced. This does not count as a failed try.',
        after: 'Documents that the platform sends wait until it is replaced. This does not count as a failed try.',
        todo: 'Replace the file with a renewed certificate, and restart the dispatchers.',
      },
      signature: {
        it: 'Your signing certificate',
        named: (addresses) => `The certificate that your company signs with (${addresses})`,
        before:
          'Once it has expired, documents that go out by your own mail server wait until there is a new one. This does not count as a failed try.',
        after: 'Documents that go out by your own mail server wait. This does not count as a failed try.',
        todo: 'Order a new certificate and set it in the settings for e-mail delivery, or remove the old one there to send without a signature.',
      },
      authority: { it: 'The certificate of the authority of your mail server', ...SERVER_CERTIFICATE.en },
      pin: { it: 'The pinned certificate of your mail server', ...SERVER_CERTIFICATE.en },
      client: {
        it: 'The certificate that we present to your mail server',
        named: (name) => `The certificate that we present to your mail server (${name})`,
        before: 'Once it has expired, your mail server may no longer let us in, and no document goes out by it then.',
        after: 'Your mail server may no longer let us in, and no document goes out by it then.',
        todo: 'Have a new certificate issued and set it in the settings for e-mail delivery.',
      },
    },
  },
  de: {
    title: (it, daysLeft) =>
      daysLeft < 0
        ? `${it} ist abgelaufen`
        : daysLeft === 0
          ? `${it} läuft heute ab`
          : `${it} läuft in ${daysLeft === 1 ? '1 Tag' : `${daysLeft} Tagen`} ab`,
    validity: (named, until, daysLeft) => `${named} ${daysLeft < 0 ? 'galt' : 'gilt'} bis ${until}.`,
    uses: {
      platform: {
        it: 'Das Signaturzertifikat der Plattform',
        named: () => 'Das Zertifikat, mit dem die Plattform signiert,',
        before: 'Nach dem Ablauf warten Belege, die über die Plattform gehen, bis es ersetzt ist. Das Warten zählt nicht als Fehlversuch.',
        after: 'Belege, die über die Plattform gehen, warten, bis es ersetzt ist. Das Warten zählt nicht als Fehlversuch.',
        todo: 'Ersetzen Sie die Datei durch ein erneuertes Zertifikat und starten Sie die Dispatcher neu.',
      },
      signature: {
        it: 'Ihr Signaturzertifikat',
        named: (addresses) => `Das Zertifikat, mit dem Ihr Unternehmen signiert (${addresses}),`,
        before:
          'Nach dem Ablauf warten Belege, die über Ihren eigenen Mailserver gehen, bis ein neues hinterlegt ist. Das Warten zählt nicht als Fehlversuch.',
        after: 'Belege, die über Ihren eigenen Mailserver gehen, warten. Das Warten zählt nicht als Fehlversuch.',
        todo: 'Bestellen Sie ein neues Zertifikat und hinterlegen Sie es in den Einstellungen für den E-Mail-Versand, oder entfernen Sie dort das alte, um ohne Signatur zu senden.',
      },
      authority: { it: 'Das Zertifikat der Zertifizierungsstelle Ihres Mailservers', ...SERVER_CERTIFICATE.de },
      pin: { it: 'Das hinterlegte Zertifikat Ihres Mailservers', ...SERVER_CERTIFICATE.de },
      client: {
        it: 'Das Zertifikat, das wir Ihrem Mailserver vorlegen,',
        named: (name) => `Das Zertifikat, das wir Ihrem Mailserver vorlegen (${name}),`,
        before: 'Nach dem Ablauf lässt uns Ihr Mailserver vielleicht nicht mehr ein; dann wird über ihn kein Beleg mehr verschickt.',
        after: 'Ihr Mailserver lässt uns vielleicht nicht mehr ein; dann wird über ihn kein Beleg mehr verschickt.',
        todo: 'Lassen Sie ein neues Zertifikat ausstellen und hinterlegen Sie es in den Einstellungen für den E-Mail-Versand.',
      },
    },
  },
};

function inText(
  use: keyof Words['uses'],
  name: string,
  { notAfter, daysLeft }: Pick<Params, 'notAfter' | 'daysLeft'>,
  locale: Locale,
): AlertText {
  const { title, validity, uses } = WORDS[locale];
  const { it, named, before, after, todo } = uses[use];
  const valid = validity(named(name), inWords(notAfter, locale), daysLeft);
  return { title: title(it, daysLeft), blocks: [valid, daysLeft < 0 ? after : before, todo].map(textBlock) };
}

/** Alert about the platform's own certificate, to the operator. */
export const certificateExpiring: IncidentKind<CertificateExpiringEvent, Params> = {
  type: 'certificate_expiring',
  severity: 'warning',
  hears: () => ({ teamId: OPERATOR.teamId, audience: { kind: 'users', userIds: [OPERATOR.userId] } }),
  troubleOf: ({ route, notAfter }) => `${route}|${notAfter}`,
  paramsOf: ({ notAfter, daysLeft }) => ({ kind: 'certificate_expiring', notAfter, daysLeft }),
  leadsTo: () => ({ to: 'settings' }),
  words: WORDS,
  word: (params, _count, locale) => inText('platform', '', params, locale),
};

/** Alert about a certificate of a team, to the team. */
export const teamCertificateExpiring: IncidentKind<OwnCertificateExpiringEvent, TeamParams> = {
  type: 'certificate_expiring',
  severity: 'warning',
  hears: (event) => ({ teamId: event.teamId, audience: audienceOf(event) }),
  troubleOf: ({ use = 'signature', notAfter }) => (use === 'signature' ? `own|${notAfter}` : `${use}|${notAfter}`),
  paramsOf: ({ use, addresses, subject, notAfter, daysLeft }) => ({
    ...{ kind: 'own_certificate_expiring', addresses, notAfter, daysLeft },
    ...(use === undefined ? {} : { use }),
    ...(subject === undefined ? {} : { subject }),
  }),
  leadsTo: () => ({ to: 'settings' }),
  words: WORDS,
  word: ({ use = 'signature', addresses, subject, ...params }, _count, locale) =>
    inText(use, (subject === undefined ? addresses : [subject]).map((name) => quotable(name)).join(', '), params, locale),
};
