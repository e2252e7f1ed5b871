import { type CertificateUse, type Locale, type OwnCertificateExpiringEvent } from '@billing-mail/contracts';
import { audienceOf } from '../alert.js';
import { textBlock } from '../wording/blocks.js';
import { quotable } from '../wording/one-line.js';
import { type IncidentKind, inWords } from './incident.js';

type Params = { kind: 'own_certificate_expiring' } & Pick<
  OwnCertificateExpiringEvent,
  'use' | 'addresses' | 'subject' | 'notAfter' | 'daysLeft'
>;

type Use = {
  /** The subject of the title. */
  it: string;
  happened: (until: string, name: string) => string;
  ended: string;
  before: string;
  todo: string;
};
type Words = { title: (it: string, daysLeft: number) => string; uses: Record<CertificateUse, Use> };

const SERVER_CERTIFICATE = {
  en: {
    happened: (until: string, name: string) => `The certificate by which your mail server is trusted (${name}) is valid until ${until}.`,
    ended: 'Your mail server is no longer trusted, and no document goes out by it.',
    before: 'Once it has expired, your mail server is no longer trusted, and no document goes out by it.',
    todo: 'Ask who runs your mail server for the new certificate, and set it in the settings for e-mail delivery.',
  },
  de: {
    happened: (until: string, name: string) => `Das Zertifikat, an dem Ihr Mailserver erkannt wird (${name}), gilt bis ${until}.`,
    ended: 'Ihrem Mailserver wird nicht mehr vertraut, und über ihn geht kein Beleg mehr hinaus.',
    before: 'Nach dem Ablauf wird Ihrem Mailserver nicht mehr vertraut, und über ihn geht kein Beleg mehr hinaus.',
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
    uses: {
      signature: {
        it: 'Your signing certificate',
        happened: (until, addresses) => `The certificate that your company signs with (${addresses}) is valid until ${until}.`,
        ended: 'Documents that go out by your own mail server wait. They lose no tries.',
        before: 'Once it has expired, documents that go out by your own mail server wait until there is a new one. They lose no tries.',
        todo: 'Order a new certificate and set it in the settings for e-mail delivery, or remove the old one there to send without a signature.',
      },
      authority: { it: 'The certificate of the authority of your mail server', ...SERVER_CERTIFICATE.en },
      pin: { it: 'The pinned certificate of your mail server', ...SERVER_CERTIFICATE.en },
      client: {
        it: 'The certificate that we present to your mail server',
        happened: (until, name) => `The certificate that we present to your mail server (${name}) is valid until ${until}.`,
        ended: 'Your mail server may no longer let us in, and no document goes out by it then.',
        before: 'Once it has expired, your mail server may no longer let us in, and no document goes out by it then.',
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
    uses: {
      signature: {
        it: 'Ihr Signaturzertifikat',
        happened: (until, addresses) => `Das Zertifikat, mit dem Ihr Unternehmen signiert (${addresses}), gilt bis ${until}.`,
        ended: 'Belege, die über Ihren eigenen Mailserver gehen, warten. Versuche verlieren sie nicht.',
        before:
          'Nach dem Ablauf warten Belege, die über Ihren eigenen Mailserver gehen, bis ein neues hinterlegt ist. Versuche verlieren sie nicht.',
        todo: 'Bestellen Sie ein neues Zertifikat und hinterlegen Sie es in den Einstellungen für den E-Mail-Versand, oder entfernen Sie dort das alte, um ohne Signatur zu senden.',
      },
      authority: { it: 'Das Zertifikat der Zertifizierungsstelle Ihres Mailservers', ...SERVER_CERTIFICATE.de },
      pin: { it: 'Das hinterlegte Zertifikat Ihres Mailservers', ...SERVER_CERTIFICATE.de },
      client: {
        it: 'Das Zertifikat, das wir Ihrem Mailserver vorlegen,',
        happened: (until, name) => `Das Zertifikat, das wir Ihrem Mailserver vorlegen (${name}), gilt bis ${until}.`,
        ended: 'Ihr Mailserver lässt uns vielleicht nicht mehr ein; dann geht über ihn kein Beleg mehr hinaus.',
        before: 'Nach dem Ablauf lässt uns Ihr Mailserver vielleicht nicht mehr ein; dann geht über ihn kein Beleg mehr hinaus.',
        todo: 'Lassen Sie ein neues Zertifikat ausstellen und hinterlegen Sie es in den Einstellungen für den E-Mail-Versand.',
      },
    },
  },
};

/** Alert about a team's certificate, to the team. */
export const ownCertificateExpiring: IncidentKind<OwnCertificateExpiringEvent, Params> = {
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
  word: ({ use = 'signature', addresses, subject, notAfter, daysLeft }, _count, locale) => {
    const { title, uses } = WORDS[locale];
    const { it, happened, ended, before, todo } = uses[use];
    const named = (subject === undefined ? addresses : [subject]).map((name) => quotable(name)).join(', ');
    return {
      title: title(it, daysLeft),
      blocks: [happened(inWords(notAfter, locale), named), daysLeft < 0 ? ended : before, todo].map(textBlock),
    };
  },
};
