import { z } from 'zod';
import { MOST_FIELD_ERRORS } from './http.js';

// How many wrong items were found so far, by the context of the parse that they belong to.
const wrongItems = new WeakMap<object, number>();

/**
 * Returns the schema of a list of any length, like `z.array`, but stops checking items after `MOST_FIELD_ERRORS` wrong ones: 30 MB of wrong
 * items would become gigabytes of errors. The list stays invalid because the errors found so far remain, so do not use it within `catch`,
 * which discards them.
 */
export function listOf<T extends z.ZodType>(item: T, error: string): z.ZodArray<T> {
  const bounded = item.clone();
  const run = bounded._zod.run.bind(bounded._zod);
  bounded._zod.run = (payload, context) => {
    const wrong = wrongItems.get(context) ?? 0;
    if (wrong >= MOST_FIELD_ERRORS) return payload;
    const result = run(payload, context);
    if (!(result instanceof Promise) && result.issues.length > 0) wrongItems.set(context, wrong + 1);
    return result;
  };
  return z.array(bounded, error);
}
