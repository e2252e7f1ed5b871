import { type FailureReason, type Locale, type Route } from '@billing-mail/contracts';
import { FAILURES_IN_ENGLISH } from './failure-words.en.js';
import { FAILURES_IN_GERMAN } from './failure-words.de.js';
import { type Explanation, type FailureCatalogue, type GoingOn } from './failure-words.js';

/** The words for failures by language; a language or a code without words does not compile. */
export const FAILURE_CATALOGUES: Readonly<Record<Locale, FailureCatalogue>> = { en: FAILURES_IN_ENGLISH, de: FAILURES_IN_GERMAN };

/**
 * What happened, what it means and what to do, for the people in billing. Names the server but never quotes its reply, which
 * is untrusted and shown apart. On route `platform` the advice does not send the reader to settings that are not theirs.
 * `goesOn`: how what may work later does. Plain text: escape it where it is shown as HTML.
 */
export function explainFailure(reason: FailureReason, locale: Locale, route: Route = 'custom', goesOn: GoingOn = 'byReader'): Explanation {
  const catalogue = FAILURE_CATALOGUES[locale];
  const words = catalogue[reason.code];
  const server = reason.server === null ? '' : ` ${withoutPort(reason.server)}`;
  const isOurs = route === 'platform' && (reason.code.startsWith('smtp_') || reason.code === 'sender_refused');
  return {
    // A function, because `$&` in a replacement text would be read as a pattern.
    happened: words.happened.replace('{server}', () => server),
    means: words.means,
    todo: (isOurs ? catalogue.platformTodo : words.todo).replace('{again}', catalogue.again[goesOn]),
  };
}

function withoutPort(server: string): string {
  return server.replace(/:\d+$/, '');
}
