import { z } from 'zod';
import { MOST_FIELD_ERRORS } from './http.js';

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** An array that stops at its hundredth error. As a class of zod, unlike a changed instance, it is still that after `.min(1)`. */
const BoundedArray = z.core.$constructor<z.ZodArray>('BoundedArray', (inst, def) => {
  z.ZodArray.init(inst, def);
  const parseOther = inst._zod.parse.bind(inst._zod);
  inst._zod.parse = (payload, context) => {
    const input: unknown = payload.value;
    if (!isList(input)) return parseOther(payload, context);
    const items: unknown[] = [];
    for (let index = 0; index < input.length && payload.issues.length < MOST_FIELD_ERRORS; index += 1) {
      const result = def.element._zod.run({ value: input[index], issues: [] }, context);
      if (result instanceof Promise) throw new z.core.$ZodAsyncError();
      payload.issues.push(...z.core.util.prefixIssues(index, result.issues));
      items.push(result.value);
    }
    payload.value = items;
    return payload;
  };
});

/**
 * Returns the schema of a list of any length, like `z.array`, but reads no item after `MOST_FIELD_ERRORS` errors: 30 MB of wrong items
 * would become gigabytes of errors, and take long to read. The list stays invalid because the errors found so far remain, so do not use it
 * within `catch`, which discards them.
 */
export const listOf = <T extends z.ZodType>(element: T, error: string): z.ZodArray<T> =>
  new BoundedArray({ type: 'array', element, error: () => error }) as unknown as z.ZodArray<T>;
