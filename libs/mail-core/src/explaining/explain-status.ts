import { type Locale } from '@billing-mail/contracts';

/** How a settled delivery ended; counts are of recipients. */
export type SettledResult = {
  status: 'sent' | 'partly_sent' | 'failed' | 'uncertain' | 'cancelled';
  usedFallback: boolean;
  recipients: number;
  accepted: number;
};

type Sentences = Readonly<Record<SettledResult['status'], (result: SettledResult) => string>>;

const inEnglish = (count: number): string => (count === 1 ? '1 recipient' : `${count} recipients`);
const inGerman = (count: number): string => (count === 1 ? '1 Empfänger' : `${count} Empfänger`);

const SENTENCES: Readonly<Record<Locale, Sentences>> = {
  en: {
    sent: ({ usedFallback, recipients }) =>
      usedFallback
        ? `The document went out to ${inEnglish(recipients)} by our platform, because your mail server could not send it.`
        : `The document went out to ${inEnglish(recipients)}.`,
    partly_sent: ({ recipients, accepted }) => `The document went out to only ${accepted} of ${inEnglish(recipients)}.`,
    failed: () => 'The document could not be sent.',
    uncertain: () => 'It is uncertain whether the document has arrived.',
    cancelled: ({ recipients, accepted }) =>
      accepted === 0
        ? 'Sending was cancelled before the document had gone out to anybody.'
        : `Sending was cancelled; the document had already gone out to ${accepted} of ${inEnglish(recipients)}.`,
  },
  de: {
    sent: ({ usedFallback, recipients }) =>
      usedFallback
        ? `Der Beleg ging über unsere Plattform an ${inGerman(recipients)}, weil Ihr Mailserver ihn nicht verschicken konnte.`
        : `Der Beleg ging an ${inGerman(recipients)}.`,
    partly_sent: ({ recipients, accepted }) => `Der Beleg ging nur an ${accepted} von ${recipients} Empfängern.`,
    failed: () => 'Der Beleg konnte nicht verschickt werden.',
    uncertain: () => 'Es ist ungewiss, ob der Beleg angekommen ist.',
    cancelled: ({ recipients, accepted }) =>
      accepted === 0
        ? 'Der Versand wurde abgebrochen, bevor der Beleg an jemanden gegangen war.'
        : `Der Versand wurde abgebrochen; der Beleg war schon an ${accepted} von ${recipients} Empfängern gegangen.`,
  },
};

/** One sentence that says how a delivery ended, to stand before the reason. */
export function explainStatus(result: SettledResult, locale: Locale): string {
  return SENTENCES[locale][result.status](result);
}
