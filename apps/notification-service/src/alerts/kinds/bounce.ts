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

// Only a warning for complaints and dead addresses, as these documents were sent.
const BOUNCE_SEVERITIES: Record<DeliveryBouncedEvent['what'], Severity> = { bounced: 'error', complaint: 'warning', known_dead: 'warning' };

export function decideBounce(event: DeliveryBouncedEvent): Alert<BounceParams> {
  const { what, delivery } = event;
  const { document, status, counts, recipients, class: of, reply } = delivery;
  const [first] = recipients;
  return {
    type: 'delivery_bounced',
    severity: BOUNCE_SEVERITIES[what],
    teamId: event.teamId,
    audience: audienceOf(event),
    // The trouble is that of an address, whatever document goes there. If the address is unknown, it is that of the document.
    groupKey: ['delivery_bounced', what, first?.address.toLowerCase() ?? delivery.id].join('|'),
    params: { kind: 'bounce', what, document, status, counts, recipients, class: of, reply },
    deliveryId: delivery.id,
    documentId: document.id,
  };
}

/** `unknown`: the document came back, and the report does not say from whom. */
type BounceSituation = BounceParams['what'] | 'unknown';
type BounceWords = {
  title: (about: Omit<About, 'byPlatform'>) => string;
  titleOfMany: (count: number) => string;
  happened: (about: Omit<About, 'byPlatform'>) => string;
  /** Heading of the list of recipients. */
  heading: string;
  /** What to do, before the advice for the reason. */
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
      title: ({ document }) => `${document} came back from one of its recipients`,
      titleOfMany: (count) => `${documents(count)} came back`,
      happened: ({ document, recipients }) =>
        `${document} was sent to ${recipients} recipients, and came back from one of them. The other server does not say from whom.`,
      heading: 'These do not have it:',
      todo: 'Ask the recipients whether the document has arrived, and send it again only to those who did not receive it.',
    },
    complaint: {
      title: ({ document }) => `${document}: a recipient marked it as unwanted`,
      titleOfMany: (count) => `${documents(count)} were marked as unwanted`,
      happened: ({ document }) => `${document} has arrived, and a recipient marked it as unwanted advertising.`,
      heading: 'Marked as unwanted by:',
      todo: 'Ask the customer whether e-mail is the right way for documents. What is marked like that often may no longer reach anybody there.',
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
      todo: 'Öffnen Sie die Sendung, um den Beleg erneut zu verschicken: Diese Empfänger sind dort schon ausgewählt.',
    },
    unknown: {
      title: ({ document }) => `${document} kam von einem Empfänger zurück`,
      titleOfMany: (count) => `${count} Belege kamen zurück`,
      happened: ({ document, recipients }) =>
        `Der Beleg wurde an ${recipients} Empfänger verschickt und kam von einem davon zurück: ${document}. Der Server, der ihn zurückgeschickt hat, nennt den Empfänger nicht.`,
      heading: 'Diese haben den Beleg nicht:',
      todo: 'Fragen Sie die Empfänger, ob der Beleg angekommen ist, und verschicken Sie ihn nur an die erneut, denen er fehlt.',
    },
    complaint: {
      title: ({ document }) => `${document}: von einem Empfänger als unerwünscht markiert`,
      titleOfMany: (count) => `${count} Belege wurden als unerwünscht markiert`,
      happened: ({ document }) => `Der Beleg ist angekommen, ein Empfänger hat ihn aber als unerwünschte Werbung markiert: ${document}.`,
      heading: 'Als unerwünscht markiert von:',
      todo: 'Fragen Sie den Kunden, ob E-Mail der richtige Weg für Belege ist. Was oft so markiert wird, kommt dort womöglich bei niemandem mehr an.',
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

/** @param count documents to the same address; `params` are those of the latest one */
function wordBounce(params: BounceParams, count: number, locale: Locale): AlertText {
  const words = CATALOGUES[locale];
  const { document, counts, recipients, what } = params;
  const about = { document: nameDocument(words, document.type, document.number ?? document.id), count, ...counts };
  const named = BOUNCE_WORDS[locale][recipients.length === 0 && what === 'bounced' ? 'unknown' : what];
  return {
    title: count > 1 ? named.titleOfMany(count) : named.title(about),
    blocks: [
      ...(count > 1 ? [textBlock(words.ofMany(count))] : []),
      textBlock(named.happened(about)),
      ...recipientBlocks(params, named.heading, words, locale, what !== 'complaint'),
      ...unknownBlocks(params, words, locale),
      textBlock(named.todo),
      // For a dead address there is no advice by reason, as the document is on its way.
      ...(what === 'bounced' ? todosOf(params, locale) : []),
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

function unknownBlocks({ recipients, class: of, reply }: BounceParams, words: Catalogue, locale: Locale): Block[] {
  return recipients.length > 0 || of === null ? [] : [textBlock(reasonOf(of, reply, words, locale))];
}

function reasonOf(of: BounceClass, reply: string | null, words: Catalogue, locale: Locale): string {
  const { happened } = explainBounce(of, locale);
  return reply === null ? happened : `${happened} ${quoteReply(reply, words)}`;
}

/** The advice, once for each reason. */
function todosOf({ recipients, class: of }: BounceParams, locale: Locale): Block[] {
  const classes = recipients.length > 0 ? recipients.map((recipient) => recipient.class) : of === null ? [] : [of];
  return [...new Set(classes.map((each) => explainBounce(each, locale).todo))].map(textBlock);
}
