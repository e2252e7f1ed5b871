// Queries of the delivery log, and their answers.
import { z } from 'zod';
import { LOG_STATUSES } from './delivery-vocabulary.js';
import { pageQuery, readerTimeZone } from './http.js';
import { lineOfText } from './text.js';

// A person looks for a handful of words; each one is a condition of its own for the database.
const MOST_WORDS = 10;
const MOST_DAYS = 90;
/** Most recipients of a delivery that a list names; nobody would read more in one cell. */
export const MOST_NAMED = 100;

const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '');

/** A moment in a query. Becomes a Date at once: PostgreSQL refuses a year 0 and offsets of 16 hours and more, which the format allows. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an instant such as 2026-11-24T00:00:00Z or 2026-11-24T00:00:00+01:00 (RFC 3339)' })
  .transform((value) => new Date(value));

/**
 * Query of `GET …/deliveries`. `from` is inclusive, `until` exclusive; `recipients` is how many of each delivery are named at most.
 * `search` is split into words, all of which must be found.
 */
export const deliveryLogQuery = pageQuery
  .extend({
    status: z.enum(LOG_STATUSES, `must be one of ${LOG_STATUSES.join(', ')}`).optional(),
    documentId: lineOfText({ min: 0, max: 200 }).optional(),
    incident: z.uuid('must be the id of an incident').optional(),
    recipient: lineOfText({ min: 0, max: 320 }).optional(),
    from: instant.optional(),
    until: instant.optional(),
    recipients: z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(1, `must be 1 to ${MOST_NAMED}`)
      .max(MOST_NAMED, `must be 1 to ${MOST_NAMED}`)
      .default(1),
    search: lineOfText({ min: 0, max: 200 })
      .transform(wordsOf)
      .refine((words) => words.length <= MOST_WORDS, `has more than ${MOST_WORDS} words; leave some out`)
      .optional(),
  })
  .refine(({ from, until }) => from === undefined || until === undefined || from < until, {
    path: ['until'],
    message: 'must be later than "from"',
  });

/** Query of `GET …/deliveries/statistics`: how many days, today among them, counted in which time zone. */
export const deliveryStatisticsQuery = z.object({
  days: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, `must be 1 to ${MOST_DAYS}`)
    .max(MOST_DAYS, `must be 1 to ${MOST_DAYS}`)
    .default(30),
  timeZone: readerTimeZone,
});

/** Numbers of documents by what became of them. `sent`: by the configured route. `fellBack`: sent as well, but by the fallback. */
export const deliveryCounts = z.object({
  sent: z.int(),
  fellBack: z.int(),
  partlySent: z.int(),
  failed: z.int(),
  uncertain: z.int(),
  underWay: z.int(),
  cancelled: z.int(),
});
export type DeliveryCounts = z.infer<typeof deliveryCounts>;

/** What can have become of a document; each one counts for exactly one of these. */
export type DeliveryFate = keyof DeliveryCounts;
export const DELIVERY_FATES: readonly DeliveryFate[] = deliveryCounts.keyof().options;

/** Answer of `GET …/deliveries/statistics`: one entry for each day, the oldest first, also for those without documents. */
export const deliveryStatistics = z.object({
  last24Hours: deliveryCounts,
  days: z.array(deliveryCounts.extend({ date: z.iso.date() })),
});
export type DeliveryStatistics = z.infer<typeof deliveryStatistics>;
