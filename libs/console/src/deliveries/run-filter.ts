import { DOCUMENT_TYPES, type DocumentType } from '@billing-mail/contracts';
import { type Period, readPeriod, toInstants, withoutEmpty, writeSearch } from './period.js';

/** Which documents the report is about; it lives in the URL. */
export type RunFilter = Period & { type?: DocumentType; seriesId?: string; occurrence?: string };

/** Reads the filter from the part of the URL after the `?`. Leaves out unknown values. */
export function readRunFilter(search: string): RunFilter {
  const params = new URLSearchParams(search);
  return withoutEmpty({
    ...readPeriod(params),
    type: DOCUMENT_TYPES.find((known) => known === params.get('type')),
    seriesId: params.get('series')?.trim(),
    occurrence: params.get('occurrence')?.trim(),
  });
}

/** Returns the part of the URL after the `?`, with the `?`. */
export const writeRunFilter = ({ seriesId, ...same }: RunFilter): string => writeSearch({ ...same, series: seriesId });

/** Returns the filter as the query of the service. */
export const toRunQuery = ({ from, until, ...same }: RunFilter) => ({ ...same, ...toInstants(withoutEmpty({ from, until })) });
