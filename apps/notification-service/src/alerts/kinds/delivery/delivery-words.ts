// The texts about a document, by what happened to it.
import { type Locale } from '@billing-mail/contracts';
import { explainSecondCopy } from '@billing-mail/mail-core';
import { belege, documents } from '../../wording/documents.js';
import { type SituationWords } from '../situation.js';

/** What can have happened to a document, in the cases that people distinguish. */
export type DeliverySituation =
  | 'failed'
  | 'failed_on_both_routes'
  | 'partly_sent'
  | 'uncertain'
  | 'in_doubt'
  | 'sent_after_doubt'
  | 'fell_back'
  | 'cancelled'
  | 'partly_cancelled';

export const DELIVERY_WORDS: Record<Locale, Record<DeliverySituation, SituationWords>> = {
  en: {
    failed: {
      titleOfMany: null,
      title: ({ document, count }) => (count > 1 ? `${documents(count)} could not be sent` : `${document} could not be sent`),
      happened: ({ document, count }) =>
        count > 1
          ? `${documents(count)} could not be sent, all for the same reason. The latest is: ${document}. They went out to nobody.`
          : `${document} could not be sent. It went out to nobody.`,
      means: null,
      todo: null,
    },
    failed_on_both_routes: {
      titleOfMany: null,
      title: ({ document, count }) => (count > 1 ? `${documents(count)} could not be sent` : `${document} could not be sent`),
      happened: ({ document, count }) =>
        count > 1
          ? `${documents(count)} could not be sent, neither by your own mail server nor by our platform. The latest is: ${document}. They went out to nobody.`
          : `${document} could not be sent, neither by your own mail server nor by our platform. It went out to nobody.`,
      means: null,
      todo: null,
    },
    partly_sent: {
      titleOfMany: (count) => `${documents(count)} did not go out to everybody`,
      title: ({ document }) => `${document} did not go out to everybody`,
      happened: ({ document, accepted, recipients }) => `${document} went out to only ${accepted} of ${recipients} recipients.`,
      means: 'It is not sent a second time to the recipients to whom it has already gone.',
      todo: 'Deal with the reasons listed here, for instance correct a wrong address, then send the document again to these recipients only.',
    },
    uncertain: {
      titleOfMany: (count) => `${documents(count)}: not certain whether they arrived`,
      title: ({ document }) => `${document}: not certain whether it arrived`,
      happened: ({ document, accepted, recipients }) =>
        accepted === 0
          ? `It is not certain whether anybody has got it: ${document}.`
          : `${document} has certainly gone out to ${accepted} of ${recipients} recipients.`,
      means: 'It is not sent again automatically to recipients who may already have it, because they might get it twice.',
      todo: 'Ask these recipients whether the document has arrived, and send it again only to those who did not receive it.',
    },
    in_doubt: {
      titleOfMany: (count) => `${documents(count)}: not certain whether some recipients have them`,
      title: ({ document }) => `${document}: not certain whether some recipients have it`,
      happened: ({ document, accepted, recipients }) =>
        `${document} has certainly gone out to ${accepted} of ${recipients} recipients so far, and is not sent again by itself to those named here.`,
      means: 'Sending to the other recipients goes on. You receive a separate message when it ends.',
      todo: 'Ask those named here whether the document has arrived. Once sending has ended, send it again only to those who did not receive it.',
    },
    sent_after_doubt: {
      titleOfMany: (count) => `${documents(count)} were sent; second copies may have arrived`,
      title: ({ document }) => `${document} was sent; a second copy may have arrived`,
      happened: ({ document, recipients }) =>
        recipients === 1 ? `${document} has gone out to its recipient.` : `${document} has gone out to all ${recipients} recipients.`,
      means: null,
      todo: `You need not send anything. ${explainSecondCopy('en').ifAsked}`,
    },
    fell_back: {
      titleOfMany: null,
      title: ({ document, count, accepted, byPlatform }) => {
        if (count > 1) return `${documents(count)} were sent wholly or partly by our platform instead of your mail server`;
        if (byPlatform === accepted) return `${document} was sent by our platform, not by your mail server`;
        return `${document} was sent by our platform to those whom your mail server left out`;
      },
      happened: ({ document, count, accepted, recipients, byPlatform }) => {
        if (count > 1)
          return `Your own mail server did not take ${documents(count)} for all recipients, so our platform sent them, with its own sender address, to those that were left. The latest is: ${document}. They have gone out to all recipients, whose replies go to you.`;
        if (byPlatform === accepted)
          return `Your own mail server did not take the document, so our platform sent it with its own sender address: ${document}. It has gone out to all recipients, and their replies go to you.`;
        const share =
          byPlatform === null ? 'did not take the document for all' : `took the document for ${accepted - byPlatform} of ${recipients}`;
        return `Your own mail server ${share} recipients, so our platform sent it to the others with its own sender address: ${document}. It has gone out to all recipients, and their replies go to you.`;
      },
      means: 'Do not send anything again, or it will arrive twice.',
      todo: null,
    },
    cancelled: {
      titleOfMany: (count) => `${documents(count)}: sending cancelled`,
      title: ({ document }) => `${document}: sending cancelled`,
      happened: ({ document }) => `Sending was cancelled: ${document}. It went out to nobody.`,
      means: null,
      todo: 'If that was not intended, send the document again.',
    },
    partly_cancelled: {
      titleOfMany: (count) => `${documents(count)}: sending cancelled after they went to some recipients`,
      title: ({ document }) => `${document}: sending cancelled after it went to some recipients`,
      happened: ({ document, accepted, recipients }) =>
        `Sending was cancelled when the document had already gone out to ${accepted} of ${recipients} recipients: ${document}.`,
      means: 'It was not sent to the other recipients.',
      todo: 'If that was not intended, send the document again to the other recipients.',
    },
  },
  de: {
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
          ? `Ob jemand den Beleg erhalten hat, ist ungewiss: ${document}.`
          : `Mit Sicherheit verschickt ist der Beleg an ${accepted} von ${recipients} Empfängern: ${document}.`,
      means: 'Wer den Beleg möglicherweise schon hat, erhält ihn nicht automatisch noch einmal, weil er sonst doppelt ankommen könnte.',
      todo: 'Fragen Sie bei diesen Empfängern nach und verschicken Sie den Beleg nur an diejenigen erneut, bei denen er fehlt.',
    },
    in_doubt: {
      titleOfMany: (count) => `${belege(count)}: bei einem Teil der Empfänger ungewiss`,
      title: ({ document }) => `${document}: bei einem Teil der Empfänger ungewiss`,
      happened: ({ document, accepted, recipients }) =>
        `Mit Sicherheit verschickt ist der Beleg bisher an ${accepted} von ${recipients} Empfängern: ${document}. An die hier Genannten wird er nicht von selbst erneut verschickt.`,
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
  },
};
