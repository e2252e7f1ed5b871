import { type FailureReason, type Locale, type Route } from '@billing-mail/contracts';
import { CATALOGUES } from '../words/catalogues.js';
import { type Explanation, type FailureCatalogue, type GoingOn } from '../words/failure-words.js';

/**
 * Returns what happened, what it means and what to do, for the people in billing. Names the server but never quotes its reply, which is
 * untrusted and shown separately. On route `platform` the advice does not send the reader to settings that are not theirs. `goesOn` tells
 * how a failure that may pass goes on. Plain text: escape it where it is shown as HTML.
 */
export function explainFailure(reason: FailureReason, locale: Locale, route: Route = 'custom', goesOn: GoingOn = 'byReader'): Explanation {
  const catalogue = CATALOGUES[locale].failures;
  const words = catalogue[reason.code];
  const server = reason.server === null ? '' : ` ${withoutPort(reason.server)}`;
  return {
    // A function, because `$&` in a replacement text would be read as a pattern.
    happened: [words.happened.replace('{server}', () => server), ...detailsOf(reason, catalogue, locale)].join(' '),
    means: words.means,
    todo: todoOf(reason, catalogue, route, goesOn)
      .replace('{again}', catalogue.again[goesOn])
      .replace('{inSettings}', goesOn === 'byTest' ? '' : catalogue.inSettings)
      .replace('{operator}', catalogue.operator[route]),
  };
}

/**
 * Returns what an earlier attempt failed at and what to do, for a document that has been sent since: the trouble need not go on, so
 * `means` is empty.
 */
export function explainEarlierFailure(reason: FailureReason, locale: Locale, route: Route): Explanation {
  const { happened, todo } = explainFailure(reason, locale, route, 'byOthers');
  return { happened: `${CATALOGUES[locale].failures.earlier} ${happened}`, means: '', todo };
}

function todoOf({ code }: FailureReason, catalogue: FailureCatalogue, route: Route, goesOn: GoingOn): string {
  const isOfWay = code.startsWith('smtp_') || code.startsWith('sender_');
  if (isOfWay) return route === 'platform' ? catalogue.platformTodo : catalogue[code].todo;
  return goesOn === 'byOthers' ? catalogue.askOwnServer : catalogue[code].todo;
}

/** Returns sentences about what else was seen and about the known figures. */
function detailsOf({ askedWaitMs, sizes, seen, limit }: FailureReason, catalogue: FailureCatalogue, locale: Locale): string[] {
  const wait = [
    ...(seen === undefined ? [] : [catalogue.seen[seen]]),
    ...(limit === undefined ? [] : [catalogue.limit[limit.per].replace('{n}', limit.count.toLocaleString(locale))]),
    ...(askedWaitMs === undefined ? [] : [catalogue.askedWait.replace('{time}', inTime(askedWaitMs, catalogue))]),
  ];
  if (sizes === undefined) return wait;
  const { limitBytes, messageBytes } = sizes;
  const words = limitBytes === undefined ? catalogue.size : catalogue.sizes.replace('{limit}', inMegabytes(limitBytes, locale));
  return [...wait, words.replace('{size}', inMegabytes(messageBytes, locale))];
}

/** Returns the time in the largest unit that is exact enough: nobody plans an hour by its seconds. */
function inTime(ms: number, { time }: FailureCatalogue): string {
  const [unit, unitMs] =
    ms >= 2 * 3_600_000 ? (['hours', 3_600_000] as const) : ms >= 90_000 ? (['minutes', 60_000] as const) : (['seconds', 1000] as const);
  const count = Math.round(ms / unitMs);
  const [one, several] = time[unit];
  return count === 1 ? one : several.replace('{n}', String(count));
}

/** Two decimal places, so that a limit and a size that exceeds it do not look the same. */
const inMegabytes = (bytes: number, locale: Locale): string =>
  `${(bytes / 1e6).toLocaleString(locale, { maximumFractionDigits: 2, minimumFractionDigits: bytes < 1e7 ? 2 : 0 })} MB`;

function withoutPort(server: string): string {
  return server.replace(/:\d+$/, '');
}
