import { LOG_STATUSES, type LogStatus } from '@billing-mail/contracts';
import { type Period, readPeriod, toInstants, withoutEmpty, writeSearch } from './period.js';

/** What the list shows; it lives in the URL, so that a filtered list can be bookmarked and sent to a colleague. */
export type DeliveryFilter = Period & {
  status?: LogStatus;
  /** Words anywhere in it. */
  search?: string;
  recipient?: string;
  documentId?: string;
};

/** Reads a filter from the part of the URL behind the `?`; what is not known is left out. */
export function readFilter(search: string): DeliveryFilter {
  const params = new URLSearchParams(search);
  const text = (name: string): string => params.get(name)?.trim() ?? '';
  return withoutEmpty({
    status: LOG_STATUSES.find((known) => known === params.get('status')),
    search: text('search'),
    recipient: text('recipient'),
    documentId: text('document'),
    ...readPeriod(params),
  });
}

/** The part of the URL behind the `?`, empty for no filter. */
export const writeFilter = ({ documentId, ...same }: DeliveryFilter): string => writeSearch({ ...same, document: documentId });

export const isFiltered = (filter: DeliveryFilter): boolean => Object.keys(filter).length > 0;

/** The filter as the service takes it. */
export const toLogQuery = ({ from, until, ...same }: DeliveryFilter): Record<string, string> => ({
  ...same,
  ...toInstants(withoutEmpty({ from, until })),
});
