// Holds the changes of state that were written against the tables that say which may be. Pure.
import { DELIVERY_TRANSITIONS, RECIPIENT_TRANSITIONS } from '@billing-mail/mail-core';
import { type WrittenState } from '@billing-mail/tools/stage';

const TABLES: Record<WrittenState['kind'], Readonly<Record<string, readonly string[]>>> = {
  delivery: DELIVERY_TRANSITIONS,
  recipient: RECIPIENT_TRANSITIONS,
};

/** What was written and no table knows. */
export const illegalStates = (written: readonly WrittenState[]): WrittenState[] =>
  written.filter(({ kind, from, to }) => TABLES[kind][from]?.includes(to) !== true);

/** What the tables know and nobody wrote. */
export function unseenStates(written: readonly WrittenState[]): WrittenState[] {
  const seen = new Set(written.map(describeState));
  const known = Object.entries(TABLES).flatMap(([kind, table]) =>
    Object.entries(table).flatMap(([from, states]) => states.map((to) => ({ kind: kind as WrittenState['kind'], from, to }))),
  );
  return known.filter((state) => !seen.has(describeState(state)));
}

export const describeState = ({ kind, from, to }: WrittenState): string => `${kind} ${from} → ${to}`;
