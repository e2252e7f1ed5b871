// How outcomes travel on the queue `outcomes`: a job of version 2 carries a group of events, a job of version 1 is one event.
import { z } from 'zod';
import { type FieldError, toFieldErrors } from './http.js';
import { type OutcomeEvent, outcomeEvent } from './outcome-event.js';

/**
 * At most this many events in one job. With a hundred, the cost of the job and of its transaction is negligible for each event; a larger group would
 * save next to nothing, and more would have to be repeated when a listener dies while it works on it.
 */
export const OUTCOMES_PER_JOB = 100;

const groupOf = <T extends z.ZodType>(event: T) => z.object({ version: z.literal(2), events: z.array(event).min(1).max(OUTCOMES_PER_JOB) });

/** Version 2 of the data of a job. Each event is whole by itself and keeps its own version. */
export const outcomeGroup = groupOf(outcomeEvent);
export type OutcomeGroup = z.infer<typeof outcomeGroup>;

/** Data that is not an outcome, and what is wrong with each field. */
export type UnreadableOutcome = { data: unknown; errors: FieldError[] };
export type ReadOutcomes = { events: OutcomeEvent[]; unreadable: UnreadableOutcome[] };

const groupOfAnything = groupOf(z.unknown());
const ofVersion2 = z.object({ version: z.literal(2) });

/** Reads the data of a job of either version, each event by itself, so that an unreadable one does not affect the others. Never throws. */
export function readOutcomes(data: unknown): ReadOutcomes {
  if (!ofVersion2.safeParse(data).success) return readEach([data]);
  const group = groupOfAnything.safeParse(data);
  return group.success ? readEach(group.data.events) : { events: [], unreadable: [{ data, errors: toFieldErrors(group.error) }] };
}

function readEach(items: readonly unknown[]): ReadOutcomes {
  const read: ReadOutcomes = { events: [], unreadable: [] };
  for (const data of items) {
    const parsed = outcomeEvent.safeParse(data);
    if (parsed.success) read.events.push(parsed.data);
    else read.unreadable.push({ data, errors: toFieldErrors(parsed.error) });
  }
  return read;
}
