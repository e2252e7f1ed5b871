import { UnparsedText } from './parse-job.js';

/** Far below the depth at which `JSON.stringify` overflows the stack (some 5,000 levels here), and far above what a document needs. */
const LEVELS_KEPT = 500;

/**
 * Returns the payload of a rejected job as JSON, cut off below 500 levels, or an unparsed text as it is (up to `KEPT_CHARACTERS`). Does not
 * throw for any result of `JSON.parse`, which accepts any depth: a job that could not be rejected would be tried forever.
 */
export function payloadBytes(payload: unknown): Buffer {
  if (payload instanceof UnparsedText) return payload.bytes;
  const levels = new WeakMap<object, number>();
  const json = JSON.stringify(payload, function (this: object, _name, value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const level = (levels.get(this) ?? 0) + 1;
    if (level > LEVELS_KEPT) return `… deeper than ${LEVELS_KEPT} levels`;
    levels.set(value, level);
    return value;
  }) as string | undefined;
  return Buffer.from(json ?? 'undefined');
}
