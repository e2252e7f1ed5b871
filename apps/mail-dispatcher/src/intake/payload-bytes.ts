/** Far below where `JSON.stringify` overflows the stack (some 5,000 levels here), far above what a document needs. */
const LEVELS_KEPT = 500;

/**
 * A job's payload as it is kept when it can't be sent: its JSON, cut where it is nested deeper than 500 levels. Never throws for
 * what came out of `JSON.parse`, which takes any depth: a job that can't be set aside would be tried for ever.
 */
export function payloadBytes(payload: unknown): Buffer {
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
