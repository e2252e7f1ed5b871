// Says what happened to a document, why, who has it, and who has to do what.
import { type FailureCode, type FailureReason, type Locale, type Route } from '@billing-mail/contracts';
import { type Explanation, explainFailure, explainSecondCopy } from '@billing-mail/mail-core';
import { type Catalogue, CATALOGUES } from '../../../words/catalogues.js';
import { type DeliverySituation } from '../../../words/situation-words.js';
import { type AlertText, type Block, listBlock, replyBlocks, serverName, textBlock } from '../../wording/blocks.js';
import { nameDocument } from '../../wording/name-document.js';
import { oneLine } from '../../wording/one-line.js';
import { type AlertKind } from '../alert-kind.js';
import { manyBlocks, titleOf } from '../situation.js';
import { type DeliveryParams } from './delivery-params.js';
import { troubledBlocks } from './word-recipients.js';

export const delivery: AlertKind<DeliveryParams> = {
  word: wordDelivery,
  // After a fallback the alert leads to the settings, because the server has to be repaired; in the list of sent documents such deliveries
  // do not stand out.
  leadsTo: ({ status, usedFallback }) => (status === 'sent' && usedFallback ? { to: 'settings' } : { to: 'deliveries', of: { status } }),
};

function wordDelivery(params: DeliveryParams, count: number, locale: Locale): AlertText {
  const words = CATALOGUES[locale];
  const { document, counts, failure } = params;
  const situation = situationOf(params);
  const about = {
    ...counts,
    document: nameDocument(words, document.type, document.number ?? document.id),
    count,
    byPlatform: counts.byPlatform ?? null,
  };
  const says = words.alerts.delivery[situation];
  const { happened, means, todo, titleOfMany } = says;
  const why = failure && explainFailure(failure, locale, routeOf(params), situation === 'fell_back' ? 'byOthers' : 'byReader');
  // Only the latest document of a group is known. The text describes it, unless it is about all documents of the group.
  const isOne = count === 1 || titleOfMany !== null;
  return {
    title: titleOf(says, about),
    blocks: [
      ...manyBlocks(says, count, words),
      ...(isInDoubt(situation) ? seenBlocks(params, words) : []),
      textBlock(happened(about)),
      ...(why === null ? [] : whyBlocks(situation, params, why, words)),
      // All recipients of a group have the same reason.
      ...(isOne && situation !== 'fell_back' ? troubledBlocks(params, toldAbove(situation, failure), words, locale) : []),
      ...(isOne ? secondCopyBlocks(params, words, locale) : []),
      ...(means === null ? [] : [textBlock(means)]),
      ...(todo === null && why === null ? [] : [textBlock(todo ?? why?.todo ?? '')]),
      ...(isAboutDelivery(situation) && failure !== null ? replyBlocks(failure, words) : []),
    ],
  };
}

// For a delivery that fell back, the failure is that of the team's own server.
const routeOf = ({ usedFallback, route }: DeliveryParams): Route => (usedFallback ? 'custom' : (route ?? 'custom'));

function situationOf({ status, usedFallback, counts }: DeliveryParams): DeliverySituation {
  if (status === 'cancelled') return counts.accepted > 0 ? 'partly_cancelled' : 'cancelled';
  if (status === 'partly_sent' || status === 'uncertain') return status;
  // This is the only alert about a delivery that goes on.
  if (status === 'waiting') return 'in_doubt';
  if (status === 'failed') return usedFallback ? 'failed_on_both_routes' : 'failed';
  return usedFallback ? 'fell_back' : 'sent_after_doubt';
}

// If recipients have reasons of their own, the delivery's reason is given only if it concerns the route.
function whyBlocks(situation: DeliverySituation, params: DeliveryParams, why: Explanation, words: Catalogue): Block[] {
  // What a failure means for the document does not apply if it has been sent, or may have been.
  if (situation === 'fell_back') return [textBlock(why.happened)];
  if (isAboutDelivery(situation)) return [textBlock(`${why.happened} ${why.means}`)];
  if (!params.usedFallback) return [];
  return [textBlock(isInDoubt(situation) ? words.fallbackNote : `${words.fallbackNote} ${why.happened}`)];
}

/** Returns what was seen at the end of data, if it is recorded, and the server's reply, if there was one. */
function seenBlocks({ failure, troubled }: DeliveryParams, words: Catalogue): Block[] {
  const isDoubt = (reason: FailureReason | null): boolean => reason?.code === 'no_final_reply';
  const doubt = [failure, ...troubled.map((recipient) => recipient.failure)].find(isDoubt) ?? null;
  const seen = words.seen[doubt?.seen ?? 'unknown'](doubt?.server ? ` ${serverName(doubt.server)}` : '');
  return [textBlock(seen), ...(doubt === null ? [] : replyBlocks(doubt, words))];
}

function secondCopyBlocks({ afterDoubt = [] }: DeliveryParams, words: Catalogue, locale: Locale): Block[] {
  if (afterDoubt.length === 0) return [];
  const items = afterDoubt.map((address) => oneLine(address));
  return [textBlock(explainSecondCopy(locale).happened), listBlock(words.mayHaveTwice, items, 0, words)];
}

const isAboutDelivery = (situation: DeliverySituation): boolean =>
  situation === 'failed' || situation === 'failed_on_both_routes' || situation === 'fell_back';

const isInDoubt = (situation: DeliverySituation): boolean => situation === 'uncertain' || situation === 'in_doubt';

/** Returns the reason that is given for the whole delivery and so not repeated for each recipient. */
function toldAbove(situation: DeliverySituation, failure: FailureReason | null): FailureCode | null {
  if (isAboutDelivery(situation)) return failure?.code ?? null;
  if (isInDoubt(situation)) return 'no_final_reply';
  return situation === 'cancelled' || situation === 'partly_cancelled' ? 'cancelled' : null;
}
