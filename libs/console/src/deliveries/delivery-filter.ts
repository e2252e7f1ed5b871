import { DELIVERY_STATUSES, type DeliveryStatus } from '@billing-mail/contracts';

/** What the list shows; it lives in the URL, so that a filtered list can be bookmarked and sent to a colleague. */
export type DeliveryFilter = {
  status?: DeliveryStatus;
  /** Words anywhere in it. */
  search?: string;
  recipient?: string;
  documentId?: string;
  /** Whole days as the reader's calendar has them, such as 2026-11-24, both inclusive. */
  from?: string;
  until?: string;
};

/** Reads a filter from the part of the URL behind the `?`; what is not known is left out. */
export function readFilter(search: string): DeliveryFilter {
  const params = new URLSearchParams(search);
  const text = (name: string): string => params.get(name)?.trim() ?? '';
  const day = (name: string): string => (isDay(text(name)) ? text(name) : '');
  const from = day('from');
  const until = day('until');
  return withoutEmpty({
    status: DELIVERY_STATUSES.find((known) => known === params.get('status')),
    search: text('search'),
    recipient: text('recipient'),
    documentId: text('document'),
    from,
    until: isBackward({ from, until }) ? '' : until,
  });
}

const withoutEmpty = (fields: Record<keyof DeliveryFilter, string | undefined>): DeliveryFilter =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value));

/** The part of the URL behind the `?`, empty for no filter. */
export function writeFilter({ status, search, recipient, documentId, from, until }: DeliveryFilter): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ status, search, recipient, document: documentId, from, until })) {
    if (value?.trim()) params.set(name, value.trim());
  }
  return params.size === 0 ? '' : `?${params.toString()}`;
}

export const isFiltered = (filter: DeliveryFilter): boolean => Object.keys(filter).length > 0;

/** Whether the last day lies before the first, so that nothing could be found. */
export const isBackward = ({ from, until }: Pick<DeliveryFilter, 'from' | 'until'>): boolean =>
  from !== undefined && until !== undefined && from !== '' && until !== '' && until < from;

/** The filter as the service takes it: days become the instants at which they begin and end in the reader's time zone. */
export function toLogQuery({ from, until, ...same }: DeliveryFilter): Record<string, string> {
  return {
    ...same,
    ...(from === undefined ? {} : { from: beginOf(from, 0) }),
    ...(until === undefined ? {} : { until: beginOf(until, 1) }),
  };
}

// Years in which there is e-mail: the service takes no year of five digits, and nobody means one of three.
const isDay = (text: string): boolean => /^(?:19|20|21)\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

/** The instant at which the day so many days after `day` begins here. */
function beginOf(day: string, later: number): string {
  const begin = new Date(`${day}T00:00:00`);
  begin.setDate(begin.getDate() + later);
  return begin.toISOString();
}
