// What the page says of documents that came back after they had been sent, in German.
import { type bouncesWords as english } from './bounces-words.en.js';

const von = (address: string | null): string => address ?? 'einem der Empfänger';

export const bouncesWords: typeof english = {
  cameBack: 'Zurückgekommen',
  status: { failed: 'Zurückgekommen', partly_sent: 'Von einigen Empfängern zurückgekommen' },
  reports: {
    bounced: (address) => (address === null ? 'Zurückgekommen, ohne Angabe, von wem' : `Zurückgekommen von ${address}`),
    delayed: (address) => (address === null ? 'Verzögert' : `Verzögert auf dem Weg zu ${address}`),
    delivered: (address) => `Angekommen bei ${von(address)}`,
    relayed: (address) => `Weitergegeben für ${address ?? 'einen der Empfänger'}, an einen Server, der nichts weiter meldet`,
    expanded: (address) => `Weitergegeben an alle hinter ${address ?? 'einer der Adressen'}`,
    complaint: (address) => `Als unerwünscht gemeldet von ${von(address)}`,
    absence: (address) => `Abwesenheitsnotiz von ${von(address)}`,
    auto_reply: (address) => `Automatische Antwort von ${von(address)}`,
  },
  askAll: 'Fragen Sie Ihre Kunden, wer den Beleg nicht erhalten hat.',
  reportedBy: (server) => `Gemeldet von ${server}`,
  triedUntil: (when) => `Jener Server versucht es bis ${when}.`,
  rawReport: 'Was in der Meldung steht',
  bouncedBefore: (when) =>
    `Von dieser Adresse kamen Belege zurück, zuletzt am ${when}. Erfragen Sie die richtige bei Ihrem Kunden, falls auch dieser zurückkommt.`,
  ownMailbox:
    'Ihr eigener Mailserver versendet diesen Beleg. Kommt er zurück, geht die Meldung an Ihr eigenes Postfach, das Ihrer Absenderadresse, und ist hier nicht zu sehen.',
  correct: {
    open: 'Adresse berichtigen und erneut senden …',
    title: 'Adresse berichtigen und erneut senden',
    stillWrong: 'Von dieser Adresse kam der Beleg zurück.',
  },
};
