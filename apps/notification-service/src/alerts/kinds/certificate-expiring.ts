import { type CertificateExpiringEvent, type Locale } from '@billing-mail/contracts';
import { OPERATOR } from '../alert.js';
import { textBlock } from '../wording/blocks.js';
import { type IncidentKind, inWords } from './incident.js';

type Params = { kind: 'certificate_expiring' } & Pick<CertificateExpiringEvent, 'notAfter' | 'daysLeft'>;
type Words = { title: (daysLeft: number) => string; happened: (until: string) => string; means: string; todo: string };

const WORDS: Record<Locale, Words> = {
  en: {
    title: (daysLeft) =>
      daysLeft <= 0
        ? 'The signing certificate of the platform has expired'
        : `The signing certificate of the platform expires in ${daysLeft === 1 ? '1 day' : `${daysLeft} days`}`,
    happened: (until) => `The certificate that the platform signs with is valid until ${until}.`,
    means: 'Once it has expired, documents that go through the platform wait until it is replaced. They lose no tries.',
    todo: 'Replace the file with a renewed certificate, and restart the dispatchers.',
  },
  de: {
    title: (daysLeft) =>
      daysLeft <= 0
        ? 'Das Signaturzertifikat der Plattform ist abgelaufen'
        : `Das Signaturzertifikat der Plattform läuft in ${daysLeft === 1 ? '1 Tag' : `${daysLeft} Tagen`} ab`,
    happened: (until) => `Das Zertifikat, mit dem die Plattform signiert, gilt bis ${until}.`,
    means: 'Nach dem Ablauf warten Belege, die über die Plattform gehen, bis es ersetzt ist. Versuche verlieren sie nicht.',
    todo: 'Ersetzen Sie die Datei durch ein erneuertes Zertifikat und starten Sie die Dispatcher neu.',
  },
};

/** Alert about the platform's own certificate, to the operator. */
export const certificateExpiring: IncidentKind<CertificateExpiringEvent, Params> = {
  type: 'certificate_expiring',
  severity: 'warning',
  hears: () => ({ teamId: OPERATOR.teamId, audience: { kind: 'users', userIds: [OPERATOR.userId] } }),
  troubleOf: ({ route, notAfter }) => `${route}|${notAfter}`,
  paramsOf: ({ notAfter, daysLeft }) => ({ kind: 'certificate_expiring', notAfter, daysLeft }),
  leadsTo: () => ({ to: 'settings' }),
  words: WORDS,
  word: ({ notAfter, daysLeft }, _count, locale) => {
    const { title, happened, means, todo } = WORDS[locale];
    return { title: title(daysLeft), blocks: [happened(inWords(notAfter, locale)), means, todo].map(textBlock) };
  },
};
