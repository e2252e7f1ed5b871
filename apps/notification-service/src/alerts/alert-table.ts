// All alerts: which alert each outcome leads to, and how the alert is worded. Those that are not about a document are in `INCIDENTS`.
import { type Locale, type OutcomeEvent } from '@billing-mail/contracts';
import { type Alert } from './alert.js';
import { type AlertKind, type Place } from './kinds/alert-kind.js';
import { bounce, decideBounce } from './kinds/bounce.js';
import { decideInDoubt, decideSettled } from './kinds/delivery/decide-delivery.js';
import { delivery } from './kinds/delivery/word-delivery.js';
import { INCIDENT_DECISIONS, INCIDENTS } from './kinds/incidents.js';
import { decideRejection, rejection } from './kinds/rejection.js';
import { type AlertText } from './wording/blocks.js';

/** By `kind` of the params that are stored with an alert. */
const ALERT_KINDS = {
  delivery,
  bounce,
  rejection,
  ...INCIDENTS,
};

/** Every type of outcome must have a row, or this does not compile. `null`: there is nothing to tell. */
const DECISIONS: { [Type in OutcomeEvent['type']]: (event: Extract<OutcomeEvent, { type: Type }>) => Alert<AlertParams> | null } = {
  delivery_settled: decideSettled,
  delivery_in_doubt: decideInDoubt,
  delivery_bounced: decideBounce,
  job_rejected: decideRejection,
  ...INCIDENT_DECISIONS,
};

export type AlertParams = (typeof ALERT_KINDS)[keyof typeof ALERT_KINDS] extends infer Kind
  ? Kind extends AlertKind<infer Params>
    ? Params
    : never
  : never;

/** Returns the alert for an outcome, with its audience, or `null` if there is nothing to tell. */
export const decideAlert = (event: OutcomeEvent): Alert<AlertParams> | null =>
  (DECISIONS[event.type] as (event: OutcomeEvent) => Alert<AlertParams> | null)(event);

// Sound, because each kind only gets its own params.
const kindOf = ({ kind }: AlertParams): AlertKind<AlertParams> => ALERT_KINDS[kind];

/**
 * Words an alert.
 * @param count number of documents that share the trouble; `params` are those of the latest one
 * @param timeZone the reader's, if it is known
 */
export const wordAlert = (params: AlertParams, count: number, locale: Locale, timeZone = 'UTC'): AlertText =>
  kindOf(params).word(params, count, locale, timeZone);

/** Returns the page that shows the whole trouble, or where it is repaired. */
export const placeOf = (params: AlertParams): Place => kindOf(params).leadsTo(params);
