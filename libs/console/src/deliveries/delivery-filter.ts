import { LOG_STATUSES, type LogStatus } from '@billing-mail/contracts';
import { type Period, readPeriod, toInstants, withoutEmpty, writeSearch } from './period.js';

/** What the list shows; it lives in the URL, so that a filtered list can be bookmarked and sent to a colleague. */
export type DeliveryFilter = Period & {
  status?: LogStatus;
  /** Words to find anywhere in a delivery. */
  search?: string;
  recipient?: string;
  documentId?: string;
  /** The last 24 hours, counted back from the moment of the request. */
  since?: '24h';
  /** The id of an incident. */
  incident?: string;
};

const DAY_MS = 24 * 3_600_000;

/** Reads a filter from the part of the URL after the `?`. Leaves out unknown values. */
export function readFilter(search: string): DeliveryFilter {
  const params = new URLSearchParams(search);
  const text = (name: string): string => params.get(name)?.trim() ?? '';
  return withoutEmpty({
    status: LOG_STATUSES.find((known) => known === params.get('status')),
    search: text('search'),
    recipient: text('recipient'),
    documentId: text('document'),
    since: params.get('since') === '24h' ? '24h' : undefined,
    incident: text('incident'),
    ...readPeriod(params),
  });
}

/** Returns the part of the URL after the `?`, with the `?`; empty for no filter. */
export const writeFilter = ({ documentId, ...same }: DeliveryFilter): string => writeSearch({ ...same, document: documentId });

export const isFiltered = (filter: DeliveryFilter): boolean => Object.keys(filter).length > 0;

/** Returns the filter as the query of the service. */
export const toLogQuery = ({ from, until, since, ...same }: DeliveryFilter): Record<string, string> => ({
  ...same,
  ...(since === undefined ? {} : { from: new Date(Date.now() - DAY_MS).toISOString() }),
  ...toInstants(withoutEmpty({ from, until })),
});
