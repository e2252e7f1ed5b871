// Puts an alert into the reader's language: title and blocks, from which inbox and e-mail make their own form.
import { type FailureCode, type FailureReason, type Locale, type Route } from '@billing-mail/contracts';
import { type Explanation, explainFailure } from '@billing-mail/mail-core';
import { type AlertParams, type DeliveryParams, type RejectionParams } from '../alert.js';
import { ENGLISH } from './catalogue.en.js';
import { GERMAN } from './catalogue.de.js';
import { type About, type Catalogue, type Situation, type SituationWords } from './catalogue.js';
import { type AlertText, type Block, listBlock, replyBlocks, serverName, textBlock } from './blocks.js';
import { nameDocument } from './name-document.js';
import { oneLine } from './one-line.js';
import { wordBounce } from './word-bounce.js';
import { wordIncident } from './word-incident.js';
import { troubledBlocks } from './word-recipients.js';

export const CATALOGUES: Record<Locale, Catalogue> = { en: ENGLISH, de: GERMAN };

/** @param count documents that share the trouble; `params` are those of the latest. */
export function wordAlert(params: AlertParams, count: number, locale: Locale): AlertText {
  const words = CATALOGUES[locale];
  switch (params.kind) {
    case 'delivery':
      return wordDelivery(params, count, words, locale);
    case 'bounce':
      return wordBounce(params, count, words, locale);
    case 'rejection':
      return wordRejection(params, count, words);
    case 'server_down':
    case 'platform_unavailable':
    case 'certificate_expiring':
    case 'own_certificate_expiring':
    case 'webhook_off':
      return wordIncident(params, words, locale);
  }
}

function wordDelivery(params: DeliveryParams, count: number, words: Catalogue, locale: Locale): AlertText {
  const { document, counts, failure } = params;
  const situation = situationOf(params);
  const about = {
    ...counts,
    document: nameDocument(words, document.type, document.number ?? document.id),
    count,
    byPlatform: counts.byPlatform ?? null,
  };
  const { happened, means, todo, titleOfMany } = words.situations[situation];
  const why = failure && explainFailure(failure, locale, routeOf(params), situation === 'fell_back' ? 'byOthers' : 'byReader');
  // Of a group only the latest is at hand: it is described, or none where the words are about all of them.
  const isOne = count === 1 || titleOfMany !== null;
  return {
    title: titleOf(words.situations[situation], about),
    blocks: [
      ...manyBlocks(words.situations[situation], count, words),
      ...(isInDoubt(situation) ? seenBlocks(params, words) : []),
      textBlock(happened(about)),
      ...(why === null ? [] : whyBlocks(situation, params, why, words)),
      // All recipients of a group have the same reason.
      ...(isOne && situation !== 'fell_back' ? troubledBlocks(params, toldAbove(situation, failure), words, locale) : []),
      ...(isOne ? secondCopyBlocks(params, words) : []),
      ...(means === null ? [] : [textBlock(means)]),
      ...(todo === null && why === null ? [] : [textBlock(todo ?? why?.todo ?? '')]),
      ...(isAboutDelivery(situation) && failure !== null ? replyBlocks(failure, words) : []),
    ],
  };
}

const titleOf = ({ title, titleOfMany }: SituationWords, about: About): string =>
  about.count > 1 && titleOfMany !== null ? titleOfMany(about.count) : title(about);

const manyBlocks = ({ titleOfMany }: SituationWords, count: number, words: Catalogue): Block[] =>
  count > 1 && titleOfMany !== null ? [textBlock(words.ofMany(count))] : [];

// The failure of a delivery that fell back is that of the team's own server.
const routeOf = ({ usedFallback, route }: DeliveryParams): Route => (usedFallback ? 'custom' : (route ?? 'custom'));

function situationOf({ status, usedFallback, counts }: DeliveryParams): Situation {
  if (status === 'cancelled') return counts.accepted > 0 ? 'partly_cancelled' : 'cancelled';
  if (status === 'partly_sent' || status === 'uncertain') return status;
  // Nothing else is told of a delivery that goes on.
  if (status === 'waiting') return 'in_doubt';
  if (status === 'failed') return usedFallback ? 'failed_on_both_routes' : 'failed';
  return usedFallback ? 'fell_back' : 'sent_after_doubt';
}

// Where each recipient has a reason of its own, the delivery's is told only when it is about the way there.
function whyBlocks(situation: Situation, params: DeliveryParams, why: Explanation, words: Catalogue): Block[] {
  // What a failure means for what is sent there is not told of what has gone out, or may have.
  if (situation === 'fell_back') return [textBlock(why.happened)];
  if (isAboutDelivery(situation)) return [textBlock(`${why.happened} ${why.means}`)];
  if (!params.usedFallback) return [];
  return [textBlock(isInDoubt(situation) ? words.fallbackNote : `${words.fallbackNote} ${why.happened}`)];
}

/** What was seen at the end of data, as far as that was recorded, and the answer where there was one. */
function seenBlocks({ failure, troubled }: DeliveryParams, words: Catalogue): Block[] {
  const isDoubt = (reason: FailureReason | null): boolean => reason?.code === 'no_final_reply';
  const doubt = [failure, ...troubled.map((recipient) => recipient.failure)].find(isDoubt) ?? null;
  const seen = words.seen[doubt?.seen ?? 'unknown'](doubt?.server ? ` ${serverName(doubt.server)}` : '');
  return [textBlock(seen), ...(doubt === null ? [] : replyBlocks(doubt, words))];
}

function secondCopyBlocks({ afterDoubt = [] }: DeliveryParams, words: Catalogue): Block[] {
  if (afterDoubt.length === 0) return [];
  const items = afterDoubt.map((address) => oneLine(address));
  return [textBlock(words.secondCopyNote), listBlock(words.mayHaveTwice, items, 0, words)];
}

const isAboutDelivery = (situation: Situation): boolean =>
  situation === 'failed' || situation === 'failed_on_both_routes' || situation === 'fell_back';

const isInDoubt = (situation: Situation): boolean => situation === 'uncertain' || situation === 'in_doubt';

/** The reason that need not be told again for each recipient. */
function toldAbove(situation: Situation, failure: FailureReason | null): FailureCode | null {
  if (isAboutDelivery(situation)) return failure?.code ?? null;
  if (isInDoubt(situation)) return 'no_final_reply';
  return situation === 'cancelled' || situation === 'partly_cancelled' ? 'cancelled' : null;
}

function wordRejection(params: RejectionParams, count: number, words: Catalogue): AlertText {
  const { happened, means, todo } = words.situations[params.reason];
  const about: About = {
    document: nameDocument(words, 'other', params.documentNumber ?? params.documentId ?? params.key ?? '?'),
    count,
    accepted: 0,
    recipients: 0,
    byPlatform: null,
  };
  const items = params.errors.map(({ pointer, message }) => oneLine(`${pointer}: ${message}`));
  return {
    title: titleOf(words.situations[params.reason], about),
    blocks: [
      ...manyBlocks(words.situations[params.reason], count, words),
      textBlock(happened(about)),
      ...(items.length === 0 ? [] : [listBlock(words.fieldErrors, items, 0, words)]),
      ...(means === null ? [] : [textBlock(means)]),
      ...(todo === null ? [] : [textBlock(todo)]),
    ],
  };
}
