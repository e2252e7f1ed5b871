// Compares the changes of state that were written with the transition tables. Pure functions.
import { DELIVERY_TRANSITIONS, RECIPIENT_TRANSITIONS } from '@billing-mail/mail-core';
import { type WrittenState } from '@billing-mail/tools/stage';
import { PRODUCED_ELSEWHERE } from './produced-elsewhere.js';

const TABLES: Record<WrittenState['kind'], Readonly<Record<string, readonly string[]>>> = {
  delivery: DELIVERY_TRANSITIONS,
  recipient: RECIPIENT_TRANSITIONS,
};

/** Returns the changes that were written and are in no table. */
export const illegalStates = (written: readonly WrittenState[]): WrittenState[] =>
  written.filter(({ kind, from, to }) => TABLES[kind][from]?.includes(to) !== true);

const known = (): WrittenState[] =>
  Object.entries(TABLES).flatMap(([kind, table]) =>
    Object.entries(table).flatMap(([from, states]) => states.map((to) => ({ kind: kind as WrittenState['kind'], from, to }))),
  );

/**
 * Returns the changes that are in a table, but that nothing wrote and nothing is known to produce: either a table allows too much, or a
 * scenario does not do what it says.
 */
export function unexplainedStates(written: readonly WrittenState[]): WrittenState[] {
  const seen = new Set(written.map(describeState));
  return known().filter((state) => !seen.has(describeState(state)) && !Object.hasOwn(PRODUCED_ELSEWHERE, describeState(state)));
}

export const describeState = ({ kind, from, to }: WrittenState): string => `${kind} ${from} → ${to}`;
