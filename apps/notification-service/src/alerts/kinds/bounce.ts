// Alerts about documents that came back, about complaints, and about documents to an address that is known to be dead.
import { type BounceClass, type DeliveryBouncedEvent, type Locale, type Severity } from '@billing-mail/contracts';
import { explainBounce } from '@billing-mail/mail-core';
import { type Alert, audienceOf } from '../alert.js';
import { type AlertText, type Block, listBlock, quoteReply, textBlock } from '../wording/blocks.js';
import { type Catalogue } from '../wording/catalogue.js';
import { CATALOGUES } from '../wording/catalogues.js';
import { documents } from '../wording/documents.js';
import { nameDocument } from '../wording/name-document.js';
import { oneLine } from '../wording/one-line.js';
import { type AlertKind } from './alert-kind.js';
import { type About } from './situation.js';

type BounceParams = { kind: 'bounce'; what: DeliveryBouncedEvent['what'] } & Pick<
  DeliveryBouncedEvent['delivery'],
  'document' | 'status' | 'counts' | 'recipients' | 'class' | 'reply'
>;

/**
 * `unknown`: the document came back, and the report does not say from whom. `passed_on`: the report does not say so either, but the
 * document has only one recipient, from whom nothing came back: it was a copy that was passed on.
 */
type BounceSituation = BounceParams['what'] | 'unknown' | 'passed_on';

const situationOf = ({ what, recipients, counts }: Pick<BounceParams, 'what' | 'recipients' | 'counts'>): BounceSituation =>
  what !== 'bounced' || recipients.length > 0 ? what : counts.recipients === 1 ? 'passed_on' : 'unknown';

// A warning if the recipients have the document as far as is known, or if it is still on its way to a dead address.
const SEVERITIES: Record<BounceSituation, Severity> = {
  ...{ bounced: 'error', unknown: 'error' },
  ...{ passed_on: 'warning', complaint: 'warning', known_dead: 'warning' },
};

export function decideBounce(event: DeliveryBouncedEvent): Alert<BounceParams> {
  const { what, delivery } = event;
  const { document, status, counts, recipients, class: of, reply } = delivery;
  const [first] = recipients;
  return {
    type: 'delivery_bounced',
    severity: SEVERITIES[situationOf({ what, recipients, counts })],
    teamId: event.teamId,
    audience: audienceOf(event),
    // Groups by address, whatever document goes there. If the address is unknown, groups by delivery.
    groupKey: ['delivery_bounced', what, first?.address.toLowerCase() ?? delivery.id].join('|'),
    params: { kind: 'bounce', what, document, status, counts, recipients, class: of, reply },
    deliveryId: delivery.id,
    documentId: document.id,
  };
}

type BounceWords = {
  title: (about: Omit<About, 'byPlatform'>) => string;
  /** Left out where all alerts of a notification are about the same document. */
  titleOfMany?: (count: number) => string;
  happened: (about: Omit<About, 'byPlatform'>) => string;
  /** Heading of the list of recipients. */
  heading: string;
  /** What to do, besides the advice for the reason. */
  todo: string;
};

const BOUNCE_WORDS: Record<Locale, Record<BounceSituation, BounceWords>> = {
  en: {
    bounced: {
      title: ({ document }) => `${document} came back`,
      titleOfMany: (count) => `${documents(count)} to the same address came back`,
      happened: ({ document, accepted, recipients }) =>
        recipients === 1
          ? `${document} was sent, and came back: the recipient does not have it.`
          : accepted === 0
            ? `${document} was sent, and came back: none of the ${recipients} recipients has it.`
            : `${document} was sent, and came back from some of the ${recipients} recipients. From ${accepted} nothing has come back.`,
      heading: 'These do not have it:',
      todo: 'Open the delivery to send it again: these recipients are chosen there already.',
    },
    unknown: {
      title: ({ document }) => `${document} came back, and it is not known from whom`,
      happened: ({ document, recipients }) =>
        `${document} was sent to ${recipients} recipients, and came back. The other server does not say from which of them.`,
      heading: 'These do not have it:',
      todo: 'Ask the recipients whether the document has arrived, and send it again only to those who did not receive it.',
    },
    passed_on: {
      title: ({ document }) => `${document}: a copy that was passed on came back`,
      happened: ({ document }) =>
        `${document} was sent, and passed on from there to another address. That copy came back; from the recipient nothing came back.`,
      heading: 'These do not have it:',
      todo: 'You need not send it again. To be sure, ask the recipient whether the document has arrived.',
    },
    complaint: {
      title: ({ document }) => `${document}: a recipient marked it as unwanted`,
      titleOfMany: (count) => `${documents(count)} were marked as unwanted`,
      happened: ({ document }) => `${document} has arrived, and a recipient marked it as unwanted advertising.`,
      heading: 'Marked as unwanted by:',
      todo: 'Ask the customer whether e-mail is the right way for documents. If documents are marked like that often, the mail server there may no longer let any through, to anybody.',
    },
    known_dead: {
      title: ({ document }) => `${document} goes to an address that documents came back from`,
      titleOfMany: (count) => `${documents(count)} go to an address that documents came back from`,
      happened: ({ document }) =>
        `${document} is being sent all the same, but a document that was sent there in the last 30 days came back. It will most likely come back, too.`,
      heading: 'Did not work before:',
      todo: 'Correct the address where the data of the customer are kept, so that the next documents arrive.',
    },
  },
  de: {
    bounced: {
      title: ({ document }) => `${document} kam zurück`,
      titleOfMany: (count) => `${count} Belege an dieselbe Adresse kamen zurück`,
      happened: ({ document, accepted, recipients }) =>
        recipients === 1
          ? `Der Beleg wurde verschickt und kam zurück: ${document}. Der Empfänger hat ihn nicht.`
          : accepted === 0
            ? `Der Beleg wurde verschickt und kam zurück: ${document}. Keiner der ${recipients} Empfänger hat ihn.`
            : `Der Beleg wurde an ${recipients} Empfänger verschickt und kam von einem Teil zurück: ${document}. Bei ${accepted} davon kam bisher nichts zurück.`,
      heading: 'Diese haben den Beleg nicht:',
      todo: 'Öffnen Sie den Versand, um den Beleg erneut zu verschicken: Diese Empfänger sind dort schon ausgewählt.',
    },
    unknown: {
      title: ({ document }) => `${document} kam zurück, unbekannt von wem`,
      happened: ({ document, recipients }) =>
        `Der Beleg wurde an ${recipients} Empfänger verschickt und kam zurück: ${document}. Der Server, der ihn zurückgeschickt hat, nennt den Empfänger nicht.`,
      heading: 'Diese haben den Beleg nicht:',
      todo: 'Fragen Sie die Empfänger, ob der Beleg angekommen ist, und verschicken Sie ihn nur an die erneut, denen er fehlt.',
    },
    passed_on: {
      title: ({ document }) => `${document}: eine weitergeleitete Kopie kam zurück`,
      happened: ({ document }) =>
        `Der Beleg wurde verschickt und von dort an eine andere Adresse weitergeleitet: ${document}. Diese Kopie kam zurück; vom Empfänger selbst kam nichts zurück.`,
      heading: 'Diese haben den Beleg nicht:',
      todo: 'Sie müssen ihn nicht erneut verschicken. Um sicherzugehen, fragen Sie den Empfänger, ob der Beleg angekommen ist.',
    },
    complaint: {
      title: ({ document }) => `${document}: von einem Empfänger als unerwünscht markiert`,
      titleOfMany: (count) => `${count} Belege wurden als unerwünscht markiert`,
      happened: ({ document }) => `Der Beleg ist angekommen, ein Empfänger hat ihn aber als unerwünschte Werbung markiert: ${document}.`,
      heading: 'Als unerwünscht markiert von:',
      todo: 'Fragen Sie den Kunden, ob E-Mail der richtige Weg für Belege ist. Werden Belege dort oft so markiert, lässt der Mailserver des Kunden womöglich gar keine mehr durch, auch an andere Empfänger nicht.',
    },
    known_dead: {
      title: ({ document }) => `${document} geht an eine Adresse, von der schon Belege zurückkamen`,
      titleOfMany: (count) => `${count} Belege gehen an eine Adresse, von der schon Belege zurückkamen`,
      happened: ({ document }) =>
        `Der Beleg wird trotzdem verschickt: ${document}. Von dieser Adresse kam aber in den letzten 30 Tagen ein Beleg zurück; sehr wahrscheinlich kommt auch dieser zurück.`,
      heading: 'Hat zuletzt nicht funktioniert:',
      todo: 'Berichtigen Sie die Adresse in den Stammdaten des Kunden, damit die nächsten Belege ankommen.',
    },
  },
};

export const bounce: AlertKind<BounceParams> = {
  words: BOUNCE_WORDS,
  word: wordBounce,
  leadsTo: ({ recipients: [first] }) => ({
    to: 'deliveries',
    of: first === undefined ? { status: 'bounced' } : { recipient: first.address },
  }),
};

/** @param count number of documents to the same address; `params` are those of the latest one */
function wordBounce(params: BounceParams, count: number, locale: Locale): AlertText {
  const words = CATALOGUES[locale];
  const { document, counts } = params;
  const about = { document: nameDocument(words, document.type, document.number ?? document.id), count, ...counts };
  const situation = situationOf(params);
  const { title, titleOfMany, happened, heading, todo } = BOUNCE_WORDS[locale][situation];
  const isOfMany = count > 1 && titleOfMany !== undefined;
  const whatToDo = textBlock(todo);
  return {
    title: isOfMany ? titleOfMany(count) : title(about),
    blocks: [
      ...(isOfMany ? [textBlock(words.ofMany(count))] : []),
      textBlock(happened(about)),
      ...recipientBlocks(params, heading, words, locale, situation !== 'complaint'),
      ...unknownBlocks(params, words, locale, situation),
      // A wrong address is corrected before the document is sent again. If it is unknown whose address it is, the reader must ask first.
      ...(situation === 'bounced' ? [...todosOf(params, locale), whatToDo] : [whatToDo]),
      // For a dead address there is no advice by reason, because the document is on its way.
      ...(situation === 'unknown' ? todosOf(params, locale) : []),
    ],
  };
}

function recipientBlocks({ recipients }: BounceParams, heading: string, words: Catalogue, locale: Locale, withReason: boolean): Block[] {
  if (recipients.length === 0) return [];
  const items = recipients.map(({ address, role, class: of, reply }) => {
    const roleWord = words.roles[role];
    const name = roleWord === null ? oneLine(address) : `${oneLine(address)} (${roleWord})`;
    return withReason ? `${name}: ${reasonOf(of, reply, words, locale)}` : name;
  });
  return [listBlock(heading, items, 0, words)];
}

function unknownBlocks({ class: of, reply }: BounceParams, words: Catalogue, locale: Locale, situation: BounceSituation): Block[] {
  // For a copy that was passed on, the reason is not explained, because the explanations are about the recipient.
  if (situation === 'passed_on') return reply === null ? [] : [textBlock(quoteReply(reply, words))];
  return situation !== 'unknown' || of === null ? [] : [textBlock(reasonOf(of, reply, words, locale))];
}

function reasonOf(of: BounceClass, reply: string | null, words: Catalogue, locale: Locale): string {
  const { happened } = explainBounce(of, locale);
  return reply === null ? happened : `${happened} ${quoteReply(reply, words)}`;
}

/** Returns the advice, once for each reason. */
function todosOf({ recipients, class: of }: BounceParams, locale: Locale): Block[] {
  const classes = recipients.length > 0 ? recipients.map((recipient) => recipient.class) : of === null ? [] : [of];
  return [...new Set(classes.map((each) => explainBounce(each, locale).todo))].map(textBlock);
}
