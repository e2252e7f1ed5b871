import { markdownTable } from './markdown-table.js';

/** Returns the table of which state may follow which. */
export function transitionTable(transitions: Readonly<Record<string, readonly string[]>>): string {
  return markdownTable(
    ['from', 'to'],
    Object.entries(transitions).map(([from, to]) => [
      `\`${from}\``,
      to.length === 0 ? 'stays' : to.map((state) => `\`${state}\``).join(', '),
    ]),
  );
}
