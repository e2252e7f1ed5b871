// Lists recipients without the document and recipients who may have it. The two lists need different actions.
import { type FailureCode, type Locale } from '@billing-mail/contracts';
import { explainFailure } from '@billing-mail/mail-core';
import { type Catalogue } from '../../../words/catalogues.js';
import { type Block, listBlock, quoteReply } from '../../wording/blocks.js';
import { oneLine } from '../../wording/one-line.js';
import { type DeliveryParams } from './delivery-params.js';

type Troubled = DeliveryParams['troubled'][number];

/** @param told the reason that is not repeated for each recipient */
export function troubledBlocks(params: DeliveryParams, told: FailureCode | null, words: Catalogue, locale: Locale): Block[] {
  const { troubled, counts } = params;
  const itemsOf = (isIn: (recipient: Troubled) => boolean) =>
    troubled.filter(isIn).map((recipient) => itemOf(recipient, params, told, words, locale));
  const [without, doubtful] = [itemsOf(({ status }) => status !== 'uncertain'), itemsOf(({ status }) => status === 'uncertain')];
  // An event names only some of many recipients; the number of the others follows the last list.
  const unnamed = Math.max(0, (counts.uncertain ?? counts.recipients - counts.accepted) - troubled.length);
  return [
    ...(without.length === 0 ? [] : [listBlock(words.notReached, without, doubtful.length === 0 ? unnamed : 0, words)]),
    ...(doubtful.length === 0 ? [] : [listBlock(words.mayHave, doubtful, unnamed, words)]),
  ];
}

function itemOf(
  { address, role, status, failure }: Troubled,
  params: DeliveryParams,
  told: FailureCode | null,
  words: Catalogue,
  locale: Locale,
) {
  const roleWord = words.roles[role];
  const name = roleWord === null ? oneLine(address) : `${oneLine(address)} (${roleWord})`;
  if (failure === null) return status === 'uncertain' ? name : `${name}: ${reasonWithout(status, words)}`;
  if (failure.code === told) return name;
  const reply = failure.reply === null ? '' : ` ${quoteReply(failure.reply, words)}`;
  return `${name}: ${explainFailure(failure, locale, params.route ?? 'custom').happened}${reply}`;
}

const reasonWithout = (status: Troubled['status'], words: Catalogue): string =>
  status === 'cancelled' || status === 'bounced' ? words.noReason[status] : words.noReason.other;
