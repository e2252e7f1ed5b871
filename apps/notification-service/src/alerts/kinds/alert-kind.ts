import { type Locale, type LogStatus } from '@billing-mail/contracts';
import { type AlertText } from '../wording/blocks.js';

/** The page to which an alert leads. */
export type Place =
  | { to: 'settings' | 'webhooks' | 'inbox' }
  | { to: 'deliveries'; of: { status: LogStatus } | { recipient: string } }
  | { to: 'incident'; id: string };

/** The wording of an alert. Its audience is decided elsewhere, by the kind of event. */
export interface AlertKind<Params> {
  /** Words the alert. @param count number of documents that share the trouble; `params` are those of the latest one */
  word(params: Params, count: number, locale: Locale, timeZone: string): AlertText;
  /**
   * Returns the page that shows the whole trouble, or where it is repaired. An alert about a single delivery leads to the delivery instead.
   */
  leadsTo(params: Params): Place;
}
