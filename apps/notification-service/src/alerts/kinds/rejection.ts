// Alert about a job that was rejected for a reason that its publisher can correct.
import { type JobRejectedEvent, type Locale } from '@billing-mail/contracts';
import { CATALOGUES } from '../../words/catalogues.js';
import { type About } from '../../words/situation-words.js';
import { type Alert, audienceOf } from '../alert.js';
import { type AlertText, listBlock, textBlock } from '../wording/blocks.js';
import { nameDocument } from '../wording/name-document.js';
import { oneLine } from '../wording/one-line.js';
import { type AlertKind } from './alert-kind.js';
import { manyBlocks, titleOf } from './situation.js';

type RejectionParams = { kind: 'rejection' } & Omit<JobRejectedEvent['rejection'], 'id'>;

export function decideRejection(event: JobRejectedEvent): Alert<RejectionParams> {
  const { id: _id, ...rejection } = event.rejection;
  return {
    type: 'job_rejected',
    severity: 'error',
    teamId: event.teamId,
    audience: audienceOf(event),
    groupKey: `job_rejected|${rejection.reason}`,
    params: { kind: 'rejection', ...rejection },
    deliveryId: null,
    documentId: rejection.documentId,
  };
}

export const rejection: AlertKind<RejectionParams> = {
  word: wordRejection,
  // A rejected job is in no delivery log.
  leadsTo: () => ({ to: 'inbox' }),
};

function wordRejection(params: RejectionParams, count: number, locale: Locale): AlertText {
  const words = CATALOGUES[locale];
  const says = words.alerts.rejection[params.reason];
  const { happened, means, todo } = says;
  const about: About = {
    document: nameDocument(words, 'other', params.documentNumber ?? params.documentId ?? params.key ?? '?'),
    count,
    accepted: 0,
    recipients: 0,
    byPlatform: null,
  };
  const items = params.errors.map(({ pointer, message }) => oneLine(`${pointer}: ${message}`));
  return {
    title: titleOf(says, about),
    blocks: [
      ...manyBlocks(says, count, words),
      textBlock(happened(about)),
      ...(items.length === 0 ? [] : [listBlock(words.fieldErrors, items, 0, words)]),
      ...(means === null ? [] : [textBlock(means)]),
      ...(todo === null ? [] : [textBlock(todo)]),
    ],
  };
}
