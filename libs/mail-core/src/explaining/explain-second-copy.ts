import { type Locale } from '@billing-mail/contracts';

/** Whole sentences: what happened, and what to say if a recipient asks about it. */
export type SecondCopyWords = { happened: string; ifAsked: string };

const WORDS: Readonly<Record<Locale, SecondCopyWords>> = {
  en: {
    happened:
      'An earlier try ended without an answer from the mail server, so the e-mail was sent once more. Most mail programs show both as one.',
    ifAsked: 'If a recipient asks: both are the same document, to be booked and paid once.',
  },
  de: {
    happened:
      'Ein früherer Versuch endete ohne Antwort des Mailservers, deshalb wurde die E-Mail noch einmal abgeschickt. Die meisten E-Mail-Programme zeigen beide als eine.',
    ifAsked: 'Fragt ein Empfänger nach: Beides ist derselbe Beleg und nur einmal zu buchen und zu bezahlen.',
  },
};

/** Returns why a recipient who was accepted after a doubt may have received a second copy, for the people in billing. */
export const explainSecondCopy = (locale: Locale): SecondCopyWords => WORDS[locale];
