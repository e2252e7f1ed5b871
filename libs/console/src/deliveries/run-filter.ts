import { DOCUMENT_TYPES, type DocumentType } from '@billing-mail/contracts';
import { type Period, readPeriod, toInstants, withoutEmpty, writeSearch } from './period.js';

/** Which documents the report is about; it lives in the URL. */
export type RunFilter = Period & { type?: DocumentType; seriesId?: string; occurrence?: string };

/** Reads it from the part of the URL behind the `?`; what is not known is left out. */
export function readRunFilter(search: string): RunFilter {
  const params = new URLSearchParams(search);
  return withoutEmpty({
    ...readPeriod(params),
    type: DOCUMENT_TYPES.find((known) => known === params.get('type')),
    seriesId: params.get('series')?.trim(),
    occurrence: params.get('occurrence')?.trim(),
  });
}

/** The part of the URL behind the `?`. */
export const writeRunFilter = ({ seriesId, ...same }: RunFilter): string => writeSearch({ ...same, series: seriesId });

/** As the service takes it. */
export const toRunQuery = ({ from, until, ...same }: RunFilter) => ({ ...same, ...toInstants(withoutEmpty({ from, until })) });
