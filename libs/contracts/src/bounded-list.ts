import { z } from 'zod';
import { MOST_FIELD_ERRORS } from './http.js';

// Errors found so far, by the context of the parse that they belong to.
const wrongItems = new WeakMap<object, number>();

/**
 * A list without a greatest length, like `z.array`; its items are no longer looked at once as many of them were wrong as are told: 30 MB of
 * wrong items would become gigabytes of complaints. The list stays wrong, as what was found stands; so it may not be within `catch`, which forgets that.
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
