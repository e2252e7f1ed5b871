// What came back after it had been sent, who complained, and what goes to an address that is known as dead.
import { type BounceClass, type Locale } from '@billing-mail/contracts';
import { explainBounce } from '@billing-mail/mail-core';
import { type BounceParams } from '../alert.js';
import { type AlertText, type Block, listBlock, quoteReply, textBlock } from './blocks.js';
import { type Catalogue } from './catalogue.js';
import { nameDocument } from './name-document.js';
import { oneLine } from './one-line.js';

/** @param count documents to the same address; `params` are those of the latest. */
export function wordBounce(params: BounceParams, count: number, words: Catalogue, locale: Locale): AlertText {
  const { document, counts, recipients, what } = params;
  const about = { document: nameDocument(words, document.type, document.number ?? document.id), count, ...counts };
  const named = words.bounces[recipients.length === 0 && what === 'bounced' ? 'unknown' : what];
  return {
    title: count > 1 ? named.titleOfMany(count) : named.title(about),
    blocks: [
      ...(count > 1 ? [textBlock(words.ofMany(count))] : []),
      textBlock(named.happened(about)),
      ...recipientBlocks(params, named.heading, words, locale, what !== 'complaint'),
      ...unknownBlocks(params, words, locale),
      textBlock(named.todo),
      // What goes to a dead address is on its way already.
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

/** What to do, once for each reason. */
function todosOf({ recipients, class: of }: BounceParams, locale: Locale): Block[] {
  const classes = recipients.length > 0 ? recipients.map((recipient) => recipient.class) : of === null ? [] : [of];
  return [...new Set(classes.map((each) => explainBounce(each, locale).todo))].map(textBlock);
}
