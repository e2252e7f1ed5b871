import { DELIVERY_STATUSES, type DeliveryStatus } from '@billing-mail/contracts';

/** What the list shows; it lives in the URL, so that a filtered list can be bookmarked and sent to a colleague. */
export type DeliveryFilter = { status?: DeliveryStatus; recipient?: string; documentId?: string };

/** Reads a filter from the part of the URL behind the `?`; what is not known is left out. */
export function readFilter(search: string): DeliveryFilter {
  const params = new URLSearchParams(search);
  const status = DELIVERY_STATUSES.find((known) => known === params.get('status'));
  const recipient = params.get('recipient')?.trim();
  const documentId = params.get('document')?.trim();
  return { ...(status ? { status } : {}), ...(recipient ? { recipient } : {}), ...(documentId ? { documentId } : {}) };
}

/** The part of the URL behind the `?`, empty for no filter. */
export function writeFilter({ status, recipient, documentId }: DeliveryFilter): string {
  const params = new URLSearchParams();
  if (status) params.set('status', status);
  if (recipient?.trim()) params.set('recipient', recipient.trim());
  if (documentId?.trim()) params.set('document', documentId.trim());
  return params.size === 0 ? '' : `?${params.toString()}`;
}

export const isFiltered = (filter: DeliveryFilter): boolean => Object.keys(filter).length > 0;
