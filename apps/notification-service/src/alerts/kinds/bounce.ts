// Alerts about documents that came back, about complaints, and about documents to an address that is known to be dead.
import { type BounceClass, type DeliveryBouncedEvent, type Locale, type Severity } from '@billing-mail/contracts';
import { explainBounce } from '@billing-mail/mail-core';
import { type Catalogue, CATALOGUES } from '../../words/catalogues.js';
import { type BounceSituation } from '../../words/situation-words.js';
import { type Alert, audienceOf } from '../alert.js';
import { type AlertText, type Block, listBlock, quoteReply, textBlock } from '../wording/blocks.js';
import { nameDocument } from '../wording/name-document.js';
import { oneLine } from '../wording/one-line.js';
import { type AlertKind } from './alert-kind.js';

type BounceParams = { kind: 'bounce'; what: DeliveryBouncedEvent['what'] } & Pick<
  DeliveryBouncedEvent['delivery'],
  'document' | 'status' | 'counts' | 'recipients' | 'class' | 'reply'
>;

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

export const bounce: AlertKind<BounceParams> = {
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
  const { title, titleOfMany, happened, heading, todo } = words.alerts.bounce[situation];
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
