import { type Locale, type LogStatus } from '@billing-mail/contracts';
import { type AlertText } from '../wording/blocks.js';

/** Where an alert leads on the web page. */
export type Place =
  | { to: 'settings' | 'webhooks' | 'inbox' }
  | { to: 'deliveries'; of: { status: LogStatus } | { recipient: string } }
  | { to: 'incident'; id: string };

/** What is said of an alert. Who hears it is decided beside that, by the kind of the event. */
export interface AlertKind<Params> {
  /** All that it can say, by languages. */
  words: Record<Locale, object>;
  /** @param count documents that share the trouble; `params` are those of the latest. */
  word(params: Params, count: number, locale: Locale): AlertText;
  /** Where all of it is seen or mended; one about a single delivery leads there. */
  leadsTo(params: Params): Place;
}
