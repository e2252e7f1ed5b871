import { type Locale, type OwnCertificateExpiringEvent } from '@billing-mail/contracts';
import { audienceOf } from '../alert.js';
import { textBlock } from '../wording/blocks.js';
import { quotable } from '../wording/one-line.js';
import { type IncidentKind, inWords } from './incident.js';

type Params = { kind: 'own_certificate_expiring' } & Pick<OwnCertificateExpiringEvent, 'addresses' | 'notAfter' | 'daysLeft'>;

type Words = {
  title: (daysLeft: number) => string;
  happened: (until: string, addresses: string) => string;
  means: (hasEnded: boolean) => string;
  todo: string;
};

const WORDS: Record<Locale, Words> = {
  en: {
    title: (daysLeft) =>
      daysLeft < 0
        ? 'Your signing certificate has expired'
        : daysLeft === 0
          ? 'Your signing certificate expires today'
          : `Your signing certificate expires in ${daysLeft === 1 ? '1 day' : `${daysLeft} days`}`,
    happened: (until, addresses) => `The certificate that your company signs with (${addresses}) is valid until ${until}.`,
    means: (hasEnded) =>
      hasEnded
        ? 'Documents that go out by your own mail server wait. They lose no tries.'
        : 'Once it has expired, documents that go out by your own mail server wait until there is a new one. They lose no tries.',
    todo: 'Order a new certificate and set it in the settings for e-mail delivery, or remove the old one there to send without a signature.',
  },
  de: {
    title: (daysLeft) =>
      daysLeft < 0
        ? 'Ihr Signaturzertifikat ist abgelaufen'
        : daysLeft === 0
          ? 'Ihr Signaturzertifikat läuft heute ab'
          : `Ihr Signaturzertifikat läuft in ${daysLeft === 1 ? '1 Tag' : `${daysLeft} Tagen`} ab`,
    happened: (until, addresses) => `Das Zertifikat, mit dem Ihr Unternehmen signiert (${addresses}), gilt bis ${until}.`,
    means: (hasEnded) =>
      hasEnded
        ? 'Belege, die über Ihren eigenen Mailserver gehen, warten. Versuche verlieren sie nicht.'
        : 'Nach dem Ablauf warten Belege, die über Ihren eigenen Mailserver gehen, bis ein neues hinterlegt ist. Versuche verlieren sie nicht.',
    todo: 'Bestellen Sie ein neues Zertifikat und hinterlegen Sie es in den Einstellungen für den E-Mail-Versand, oder entfernen Sie dort das alte, um ohne Signatur zu senden.',
  },
};

/** Alert about a team's certificate, to the team. */
export const ownCertificateExpiring: IncidentKind<OwnCertificateExpiringEvent, Params> = {
  type: 'certificate_expiring',
  severity: 'warning',
  hears: (event) => ({ teamId: event.teamId, audience: audienceOf(event) }),
  troubleOf: ({ notAfter }) => `own|${notAfter}`,
  paramsOf: ({ addresses, notAfter, daysLeft }) => ({ kind: 'own_certificate_expiring', addresses, notAfter, daysLeft }),
  leadsTo: () => ({ to: 'settings' }),
  words: WORDS,
  word: ({ addresses, notAfter, daysLeft }, _count, locale) => {
    const { title, happened, means, todo } = WORDS[locale];
    const named = addresses.map((address) => quotable(address)).join(', ');
    return { title: title(daysLeft), blocks: [happened(inWords(notAfter, locale), named), means(daysLeft < 0), todo].map(textBlock) };
  },
};
