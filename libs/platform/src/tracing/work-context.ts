// What is being worked on at the moment: by which request, on which delivery, in which step of a trace. Each line of the log says it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type OpenSpan } from './span.js';

type LogFields = { readonly requestId?: string; readonly deliveryId?: string; readonly traceId?: string };
type Work = { readonly span: OpenSpan | null; readonly fields: LogFields };

/** Where nothing is known; the same each time, so that nothing is made for a line. */
export const NO_FIELDS: LogFields = {};
const NOTHING: Work = { span: null, fields: NO_FIELDS };

/**
 * Until somebody works within it, it costs nothing. From then on each promise of the process pays for it, 0.1 µs up to Node.js 22, which is why a
 * dispatcher has none as long as nothing is traced, and names in its lines what they are about.
 */
const work = new AsyncLocalStorage<Work>();

export const currentSpan = (): OpenSpan | null => (work.getStore() ?? NOTHING).span;

/** What the log says in each line, besides the line's own. */
export const currentFields = (): LogFields => (work.getStore() ?? NOTHING).fields;

/** Runs what belongs to this request, delivery or step, with all that it starts; what is not named stays what it is. */
export function workOn<T>(about: { requestId?: string; deliveryId?: string; span?: OpenSpan | null }, run: () => T): T {
  const around = work.getStore() ?? NOTHING;
  const { span = around.span, requestId, deliveryId } = about;
  const fields = {
    ...around.fields,
    ...(requestId === undefined ? {} : { requestId }),
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(span === null ? {} : { traceId: span.traceId }),
  };
  return work.run({ span, fields }, run);
}
