// What became of the documents of a billing run, selected by time, type of document, or occurrence of a series.
import { z } from 'zod';
import { DELIVERY_STATUSES, DOCUMENT_TYPES, RECIPIENT_STATUSES } from './delivery-vocabulary.js';
import { instant } from './delivery-log.js';
import { lineOfText } from './text.js';

/** Query of `GET …/deliveries/report`. `from` is inclusive, `until` exclusive; without `from` the last 30 days. */
export const runReportQuery = z
  .object({
    from: instant.optional(),
    until: instant.optional(),
    type: z.enum(DOCUMENT_TYPES, `must be one of ${DOCUMENT_TYPES.join(', ')}`).optional(),
    seriesId: lineOfText({ max: 200 }).optional(),
    occurrence: lineOfText({ max: 200 }).optional(),
  })
  .refine(({ from, until }) => from === undefined || until === undefined || from < until, {
    path: ['until'],
    message: 'must be later than "from"',
  });
export type RunReportQuery = z.output<typeof runReportQuery>;

const countsBy = <Name extends string>(names: readonly Name[]) =>
  z.object(Object.fromEntries(['total', ...names].map((name) => [name, z.int()])) as Record<'total' | Name, z.ZodInt>);

/**
 * Answer: the numbers of documents and recipients by status. `accepted` is the most that is known of an arrival: nothing has come back so
 * far.
 */
export const runReport = z.object({ deliveries: countsBy(DELIVERY_STATUSES), recipients: countsBy(RECIPIENT_STATUSES) });
export type RunReport = z.infer<typeof runReport>;
