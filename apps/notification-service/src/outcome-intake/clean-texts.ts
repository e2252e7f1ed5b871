/**
 * Replaces NUL and lone surrogates, which PostgreSQL does not store. A server's reply may contain anything, and such a text must not stop
 * the queue.
 */
export function cleanTexts<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD').toWellFormed() as T;
  if (Array.isArray(value)) return value.map(cleanTexts) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cleanTexts(part)])) as T;
  }
  return value;
}
