// Alert about a job that was rejected for a reason that its publisher can correct.
import { type JobRejectedEvent, type Locale } from '@billing-mail/contracts';
import { type Alert, audienceOf } from '../alert.js';
import { type AlertText, listBlock, textBlock } from '../wording/blocks.js';
import { CATALOGUES } from '../wording/catalogues.js';
import { belege, documents } from '../wording/documents.js';
import { nameDocument } from '../wording/name-document.js';
import { oneLine } from '../wording/one-line.js';
import { type AlertKind } from './alert-kind.js';
import { type About, manyBlocks, type SituationWords, titleOf } from './situation.js';

type RejectionParams = { kind: 'rejection' } & Omit<JobRejectedEvent['rejection'], 'id'>;

export function decideRejection(event: JobRejectedEvent): Alert<RejectionParams> {
  const { id: _id, ...rejection } = event.rejection;
  return {
    type: 'job_rejected',
    severity: 'error',
    teamId: event.teamId,
    audience: audienceOf(event),
    groupKey: `job_rejected|${rejection.reason}`,
    params: { kind: 'rejection', ...rejection },
    deliveryId: null,
    documentId: rejection.documentId,
  };
}

const REJECTION_WORDS: Record<Locale, Record<RejectionParams['reason'], SituationWords>> = {
  en: {
    invalid: {
      titleOfMany: (count) => `${documents(count)} were not accepted for sending`,
      title: ({ document }) => `${document} was not accepted for sending`,
      happened: ({ document }) => `What was handed over for sending is not complete or not valid: ${document}.`,
      means: 'The document was not sent to anybody.',
      todo: 'Correct the fields listed here and send the document again. If you do not know them, pass this alert on to those who look after your billing software.',
    },
    key_conflict: {
      titleOfMany: (count) => `${documents(count)} were not accepted: their keys are in use`,
      title: ({ document }) => `${document} was not accepted: its key is in use`,
      happened: ({ document }) => `Another document was handed over under the same key before: ${document}.`,
      means: 'The first one stays as it is; this one was not sent to anybody.',
      todo: 'If this is a new document, send it under a key of its own. Pass this alert on to those who look after your billing software.',
    },
    recurrence_conflict: {
      titleOfMany: (count) => `${documents(count)} were not accepted: they were handed over already`,
      title: ({ document }) => `${document} was not accepted: it was handed over already`,
      happened: ({ document }) => `The document for this period of the series was handed over before, under another key: ${document}.`,
      means: 'The first one stays as it is; this one was not sent to anybody, so that no customer gets the same document twice.',
      todo: 'If the recipients need it once more, send the first one again from the delivery log. If this is a different document, it needs an occurrence of its own: pass this alert on to those who look after your billing software.',
    },
    team_unknown: {
      titleOfMany: (count) => `${documents(count)} were not accepted: e-mail delivery is not set up`,
      title: ({ document }) => `${document} was not accepted: e-mail delivery is not set up`,
      happened: ({ document }) => `There are no settings for e-mail delivery yet, so the document was not accepted: ${document}.`,
      means: 'The document was not sent to anybody.',
      todo: 'Save the settings for e-mail delivery, then send the document again.',
    },
    given_up: {
      titleOfMany: (count) => `${documents(count)} could not be taken in for sending`,
      title: ({ document }) => `${document} was not accepted for sending`,
      happened: ({ document }) => `We tried several times to take the document in, and did not succeed: ${document}.`,
      means: 'The document was not sent to anybody. The cause is most likely on our side.',
      todo: 'Send the document again. If this happens once more, tell our support.',
    },
  },
  de: {
    invalid: {
      titleOfMany: (count) => `${belege(count)} wurden nicht zum Versand angenommen`,
      title: ({ document }) => `${document} wurde nicht zum Versand angenommen`,
      happened: ({ document }) => `Die zum Versand übergebenen Angaben sind unvollständig oder ungültig: ${document}.`,
      means: 'Der Beleg wurde an niemanden verschickt.',
      todo: 'Berichtigen Sie die hier genannten Felder und verschicken Sie den Beleg erneut. Sagen Ihnen die Felder nichts, leiten Sie diese Mitteilung an die Betreuer Ihrer Rechnungssoftware weiter.',
    },
    key_conflict: {
      titleOfMany: (count) => `${belege(count)} wurden nicht angenommen: Schlüssel bereits vergeben`,
      title: ({ document }) => `${document} wurde nicht angenommen: Schlüssel bereits vergeben`,
      happened: ({ document }) => `Unter demselben Schlüssel wurde bereits ein anderer Beleg übergeben: ${document}.`,
      means: 'Der erste Beleg bleibt unverändert; dieser wurde an niemanden verschickt.',
      todo: 'Handelt es sich um einen neuen Beleg, verschicken Sie ihn unter einem eigenen Schlüssel. Leiten Sie diese Mitteilung an die Betreuer Ihrer Rechnungssoftware weiter.',
    },
    recurrence_conflict: {
      titleOfMany: (count) => `${belege(count)} wurden nicht angenommen: bereits übergeben`,
      title: ({ document }) => `${document} wurde nicht angenommen: bereits übergeben`,
      happened: ({ document }) =>
        `Der Beleg für diesen Zeitraum der Serie wurde bereits unter einem anderen Schlüssel übergeben: ${document}.`,
      means: 'Der erste Beleg bleibt unverändert; dieser wurde an niemanden verschickt, damit kein Kunde denselben Beleg zweimal erhält.',
      todo: 'Benötigen die Empfänger den Beleg noch einmal, verschicken Sie den ersten aus dem Versandprotokoll erneut. Handelt es sich um einen anderen Beleg, braucht er einen eigenen Termin in der Serie: Leiten Sie diese Mitteilung an die Betreuer Ihrer Rechnungssoftware weiter.',
    },
    team_unknown: {
      titleOfMany: (count) => `${belege(count)} wurden nicht angenommen: E-Mail-Versand nicht eingerichtet`,
      title: ({ document }) => `${document} wurde nicht angenommen: E-Mail-Versand nicht eingerichtet`,
      happened: ({ document }) =>
        `Für den E-Mail-Versand gibt es noch keine Einstellungen, daher wurde der Beleg nicht angenommen: ${document}.`,
      means: 'Der Beleg wurde an niemanden verschickt.',
      todo: 'Speichern Sie die Einstellungen für den E-Mail-Versand und verschicken Sie den Beleg danach erneut.',
    },
    given_up: {
      titleOfMany: (count) => `${belege(count)} konnten nicht zum Versand angenommen werden`,
      title: ({ document }) => `${document} wurde nicht zum Versand angenommen`,
      happened: ({ document }) => `Wir haben mehrfach versucht, den Beleg anzunehmen; das ist nicht gelungen: ${document}.`,
      means: 'Der Beleg wurde an niemanden verschickt. Die Ursache liegt höchstwahrscheinlich bei uns.',
      todo: 'Verschicken Sie den Beleg erneut. Tritt das noch einmal auf, wenden Sie sich an unseren Kundendienst.',
    },
  },
};

export const rejection: AlertKind<RejectionParams> = {
  words: REJECTION_WORDS,
  word: wordRejection,
  // A rejected job is in no delivery log.
  leadsTo: () => ({ to: 'inbox' }),
};

function wordRejection(params: RejectionParams, count: number, locale: Locale): AlertText {
  const words = CATALOGUES[locale];
  const says = REJECTION_WORDS[locale][params.reason];
  const { happened, means, todo } = says;
  const about: About = {
    document: nameDocument(words, 'other', params.documentNumber ?? params.documentId ?? params.key ?? '?'),
    count,
    accepted: 0,
    recipients: 0,
    byPlatform: null,
  };
  const items = params.errors.map(({ pointer, message }) => oneLine(`${pointer}: ${message}`));
  return {
    title: titleOf(says, about),
    blocks: [
      ...manyBlocks(says, count, words),
      textBlock(happened(about)),
      ...(items.length === 0 ? [] : [listBlock(words.fieldErrors, items, 0, words)]),
      ...(means === null ? [] : [textBlock(means)]),
      ...(todo === null ? [] : [textBlock(todo)]),
    ],
  };
}
