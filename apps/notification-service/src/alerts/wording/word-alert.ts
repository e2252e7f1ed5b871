// Puts an alert into the reader's language: title and blocks, from which inbox and e-mail make their own form.
import { type FailureCode, type FailureReason, type Locale } from '@billing-mail/contracts';
import { type Explanation, explainFailure } from '@billing-mail/mail-core';
import { type AlertParams, type DeliveryParams, type RejectionParams } from '../alert.js';
import { ENGLISH } from './catalogue.en.js';
import { GERMAN } from './catalogue.de.js';
import { type About, type Catalogue, type Situation } from './catalogue.js';
import { oneLine } from './one-line.js';

export const CATALOGUES: Record<Locale, Catalogue> = { en: ENGLISH, de: GERMAN };

/** Plain text throughout; escape it where it becomes HTML. */
export type Block = { kind: 'text'; text: string } | { kind: 'list'; heading: string; items: string[] };
export type AlertText = { title: string; blocks: Block[] };

// Beyond that nobody reads on; the delivery log has them all.
const LISTED = 20;
const REPLY_CHARACTERS = 300;

/** @param count documents that share the trouble; `params` are those of the latest. */
export function wordAlert(params: AlertParams, count: number, locale: Locale): AlertText {
  const words = CATALOGUES[locale];
  return params.kind === 'delivery' ? wordDelivery(params, count, words, locale) : wordRejection(params, words);
}

function wordDelivery(params: DeliveryParams, count: number, words: Catalogue, locale: Locale): AlertText {
  const { document, counts, failure } = params;
  const situation = situationOf(params);
  const about = { document: nameDocument(words, document.type, document.number ?? document.id), count, ...counts };
  const { title, happened, means, todo } = words.situations[situation];
  // The failure of a delivery that fell back is that of the team's own server.
  const why = failure && explainFailure(failure, locale, params.usedFallback ? 'custom' : (params.route ?? 'custom'));
  const whyTold = why === null ? [] : whyBlocks(situation, params, why, words);
  return {
    title: title(about),
    blocks: [
      text(happened(about)),
      ...whyTold,
      // Of a group only the latest is at hand, and all its recipients have the same reason.
      ...(count > 1 || situation === 'fell_back' ? [] : recipientBlocks(params, toldAbove(situation, failure), words, locale)),
      ...(means === null ? [] : [text(means)]),
      ...(todo === null ? (why === null ? [] : [text(why.todo)]) : [text(todo)]),
      ...(failure === null || whyTold.length === 0 ? [] : replyBlocks(failure, words)),
    ],
  };
}

function situationOf({ status, usedFallback, counts }: DeliveryParams): Situation {
  if (status === 'cancelled') return counts.accepted > 0 ? 'partly_cancelled' : 'cancelled';
  if (status === 'partly_sent' || status === 'uncertain') return status;
  if (status === 'failed') return usedFallback ? 'failed_on_both_routes' : 'failed';
  return 'fell_back';
}

// Where each recipient has a reason of its own, the delivery's is told only when it is about the way there.
function whyBlocks(situation: Situation, params: DeliveryParams, why: Explanation, words: Catalogue): Block[] {
  if (isAboutDelivery(situation)) return [text(`${why.happened} ${why.means}`)];
  return params.usedFallback ? [text(`${words.fallbackNote} ${why.happened}`)] : [];
}

const isAboutDelivery = (situation: Situation): boolean =>
  situation === 'failed' || situation === 'failed_on_both_routes' || situation === 'fell_back';

/** The reason that need not be told again for each recipient. */
function toldAbove(situation: Situation, failure: FailureReason | null): FailureCode | null {
  if (isAboutDelivery(situation)) return failure?.code ?? null;
  if (situation === 'uncertain') return 'no_final_reply';
  return situation === 'cancelled' || situation === 'partly_cancelled' ? 'cancelled' : null;
}

function recipientBlocks(params: DeliveryParams, told: FailureCode | null, words: Catalogue, locale: Locale): Block[] {
  const { troubled, counts } = params;
  const items = troubled.slice(0, LISTED).map(({ address, role, status, failure: own }) => {
    const roleWord = words.roles[role];
    const name = roleWord === null ? oneLine(address) : `${oneLine(address)} (${roleWord})`;
    if (own === null) return `${name}: ${reasonWithout(status, words)}`;
    if (own.code === told) return name;
    const reply = own.reply === null ? '' : ` ${words.serverReply(oneLine(own.reply, REPLY_CHARACTERS))}`;
    return `${name}: ${explainFailure(own, locale, params.route ?? 'custom').happened}${reply}`;
  });
  const unlisted = counts.recipients - counts.accepted - items.length;
  if (unlisted > 0) items.push(words.more(unlisted));
  return items.length === 0 ? [] : [{ kind: 'list', heading: words.notReached, items }];
}

function reasonWithout(status: DeliveryParams['troubled'][number]['status'], words: Catalogue): string {
  return status === 'uncertain' || status === 'cancelled' || status === 'bounced' ? words.noReason[status] : words.noReason.other;
}

function replyBlocks(failure: FailureReason, words: Catalogue): Block[] {
  return failure.reply === null ? [] : [text(words.serverReply(oneLine(failure.reply, REPLY_CHARACTERS)))];
}

function wordRejection(params: RejectionParams, words: Catalogue): AlertText {
  const { title, happened, means, todo } = words.situations[params.reason];
  const about: About = {
    document: nameDocument(words, 'other', params.documentNumber ?? params.documentId ?? params.key ?? '?'),
    count: 1,
    accepted: 0,
    recipients: 0,
  };
  const items = params.errors.slice(0, LISTED).map(({ pointer, message }) => oneLine(`${pointer}: ${message}`));
  if (params.errors.length > LISTED) items.push(words.more(params.errors.length - LISTED));
  return {
    title: title(about),
    blocks: [
      text(happened(about)),
      ...(items.length === 0 ? [] : [{ kind: 'list' as const, heading: words.fieldErrors, items }]),
      ...(means === null ? [] : [text(means)]),
      ...(todo === null ? [] : [text(todo)]),
    ],
  };
}

const nameDocument = (words: Catalogue, type: keyof Catalogue['documentTypes'], number: string): string =>
  `${words.documentTypes[type]} ${oneLine(number)}`;

const text = (value: string): Block => ({ kind: 'text', text: value });
