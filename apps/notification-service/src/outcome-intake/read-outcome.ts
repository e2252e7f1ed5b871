import { type FieldError, type OutcomeEvent, outcomeEvent, toFieldErrors } from '@billing-mail/contracts';

/** An outcome, or why it can't be read. */
export type ReadOutcome = { ok: true; event: OutcomeEvent } | { ok: false; errors: FieldError[] };

/** Reads the data of a job of the queue `outcomes`. Never throws. */
export function readOutcome(data: unknown): ReadOutcome {
  const parsed = outcomeEvent.safeParse(data);
  return parsed.success ? { ok: true, event: cleanTexts(parsed.data) } : { ok: false, errors: toFieldErrors(parsed.error) };
}

/** PostgreSQL keeps neither NUL nor lone surrogates, and a server's reply may hold anything: one such text must not stop the queue. */
function cleanTexts<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD').toWellFormed() as T;
  if (Array.isArray(value)) return value.map(cleanTexts) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cleanTexts(part)])) as T;
  }
  return value;
}
