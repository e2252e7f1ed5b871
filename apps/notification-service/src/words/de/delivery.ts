// What alerts say about a document, by what happened to it, in German.
import { explainSecondCopy } from '@billing-mail/mail-core';
import { type DeliverySituation, type SituationWords } from '../situation-words.js';
import { belege } from './documents.js';

export const delivery: Record<DeliverySituation, SituationWords> = {
  failed: {
    titleOfMany: null,
    title: ({ document, count }) =>
      count > 1 ? `${belege(count)} konnten nicht verschickt werden` : `${document} konnte nicht verschickt werden`,
    happened: ({ document, count }) =>
      count > 1
        ? `${belege(count)} konnten aus demselben Grund nicht verschickt werden, zuletzt: ${document}. Sie gingen an niemanden.`
        : `${document} konnte nicht verschickt werden. Der Beleg ging an niemanden.`,
    means: null,
    todo: null,
  },
  failed_on_both_routes: {
    titleOfMany: null,
    title: ({ document, count }) =>
      count > 1 ? `${belege(count)} konnten nicht verschickt werden` : `${document} konnte nicht verschickt werden`,
    happened: ({ document, count }) =>
      count > 1
        ? `${belege(count)} konnten weder über Ihren eigenen Mailserver noch über unsere Plattform verschickt werden, zuletzt: ${document}. Sie gingen an niemanden.`
        : `${document} konnte weder über Ihren eigenen Mailserver noch über unsere Plattform verschickt werden. Der Beleg ging an niemanden.`,
    means: null,
    todo: null,
  },
  partly_sent: {
    titleOfMany: (count) => `${belege(count)} gingen nicht an alle Empfänger`,
    title: ({ document }) => `${document} ging nicht an alle Empfänger`,
    happened: ({ document, accepted, recipients }) => `${document} ging nur an ${accepted} von ${recipients} Empfängern.`,
    means: 'Die Empfänger, an die der Beleg bereits gegangen ist, erhalten ihn kein zweites Mal.',
    todo: 'Beheben Sie die hier genannten Ursachen, berichtigen Sie etwa eine falsche Adresse, und verschicken Sie den Beleg dann nur an diese Empfänger erneut.',
  },
  uncertain: {
    titleOfMany: (count) => `${belege(count)}: ungewiss, ob angekommen`,
    title: ({ document }) => `${document}: ungewiss, ob angekommen`,
    happened: ({ document, accepted, recipients }) =>
      accepted === 0
        ? `Bei ${document} ist ungewiss, ob jemand den Beleg erhalten hat.`
        : `Mit Sicherheit verschickt ist der Beleg an ${accepted} von ${recipients} Empfängern: ${document}.`,
    means:
      'An Empfänger, die den Beleg möglicherweise schon haben, wird er von nun an nicht mehr automatisch verschickt, weil er sonst doppelt ankommen könnte.',
    todo: 'Fragen Sie bei diesen Empfängern nach und verschicken Sie den Beleg nur an diejenigen erneut, bei denen er fehlt.',
  },
  in_doubt: {
    titleOfMany: (count) => `${belege(count)}: bei einem Teil der Empfänger ungewiss`,
    title: ({ document }) => `${document}: bei einem Teil der Empfänger ungewiss`,
    happened: ({ document, accepted, recipients }) =>
      `Mit Sicherheit verschickt ist der Beleg bisher an ${accepted} von ${recipients} Empfängern: ${document}. An die hier Genannten wird er von nun an nicht mehr automatisch verschickt.`,
    means: 'Für die übrigen Empfänger läuft der Versand noch. Wie er ausgeht, erfahren Sie gesondert.',
    todo: 'Fragen Sie bei den hier Genannten nach, ob der Beleg angekommen ist. Ist der Versand beendet, verschicken Sie ihn nur an diejenigen erneut, bei denen er fehlt.',
  },
  sent_after_doubt: {
    titleOfMany: (count) => `${belege(count)} sind verschickt, vielleicht doppelt angekommen`,
    title: ({ document }) => `${document} ist verschickt, vielleicht doppelt angekommen`,
    happened: ({ document, recipients }) =>
      recipients === 1
        ? `Der Beleg ist verschickt: ${document}.`
        : `Der Beleg ist an alle ${recipients} Empfänger verschickt: ${document}.`,
    means: null,
    todo: `Es ist nichts zu verschicken. ${explainSecondCopy('de').ifAsked}`,
  },
  fell_back: {
    titleOfMany: null,
    title: ({ document, count, accepted, byPlatform }) => {
      if (count > 1) return `${belege(count)} wurden ganz oder teilweise über unsere Plattform statt über Ihren Mailserver verschickt`;
      if (byPlatform === accepted) return `${document} wurde über unsere Plattform statt über Ihren Mailserver verschickt`;
      return `${document} ging über unsere Plattform an diejenigen, die Ihr Mailserver ausließ`;
    },
    happened: ({ document, count, accepted, recipients, byPlatform }) => {
      if (count > 1)
        return `Ihr eigener Mailserver hat ${belege(count)} nicht für alle Empfänger angenommen. Unsere Plattform hat sie deshalb mit ihrer eigenen Absenderadresse an die übrigen verschickt, zuletzt: ${document}. Sie sind an alle Empfänger hinausgegangen, deren Antworten gehen an Sie.`;
      if (byPlatform === accepted)
        return `Ihr eigener Mailserver hat den Beleg nicht angenommen. Unsere Plattform hat ihn deshalb mit ihrer eigenen Absenderadresse verschickt: ${document}. Der Beleg ist an alle Empfänger hinausgegangen, ihre Antworten gehen an Sie.`;
      const share = byPlatform === null ? 'nicht für alle' : `nur für ${accepted - byPlatform} von ${recipients}`;
      return `Ihr eigener Mailserver hat den Beleg ${share} Empfänger${byPlatform === null ? '' : 'n'} angenommen. Unsere Plattform hat ihn deshalb mit ihrer eigenen Absenderadresse an die übrigen verschickt: ${document}. Der Beleg ist an alle Empfänger hinausgegangen, ihre Antworten gehen an Sie.`;
    },
    means: 'Verschicken Sie nichts davon erneut, sonst kommt es doppelt an.',
    todo: null,
  },
  cancelled: {
    titleOfMany: (count) => `${belege(count)}: Versand abgebrochen`,
    title: ({ document }) => `${document}: Versand abgebrochen`,
    happened: ({ document }) => `Der Versand wurde abgebrochen: ${document}. Der Beleg ging an niemanden.`,
    means: null,
    todo: 'Falls das nicht beabsichtigt war, verschicken Sie den Beleg erneut.',
  },
  partly_cancelled: {
    titleOfMany: (count) => `${belege(count)}: Versand nach einem Teil der Empfänger abgebrochen`,
    title: ({ document }) => `${document}: Versand nach einem Teil der Empfänger abgebrochen`,
    happened: ({ document, accepted, recipients }) =>
      `Der Versand wurde abgebrochen, als der Beleg bereits an ${accepted} von ${recipients} Empfängern gegangen war: ${document}.`,
    means: 'An die übrigen Empfänger wurde der Beleg nicht verschickt.',
    todo: 'Falls das nicht beabsichtigt war, verschicken Sie den Beleg erneut an die übrigen Empfänger.',
  },
};
