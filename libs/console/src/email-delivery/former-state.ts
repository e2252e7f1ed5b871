// Works out what a former version of the settings held: undoes in the stored settings what the history says has changed since.
import { type Mailbox, type SettingsChangeRecord } from '@billing-mail/contracts';
import { type Draft, DRAFT_FIELDS, type Pointer, POINTERS } from './draft.js';

type Change = SettingsChangeRecord['changes'][number];
/** `lost`: fields that have changed since but that the history cannot restore: secrets, certificates, and the middle of long lists. */
export type FormerState = { changes: Partial<Draft>; lost: string[] };

const CHOICES: readonly Pointer[] = ['/locale', '/sender', '/smtp/security', '/smtp/auth/type'];

/**
 * Returns the settings as they were at `version`. `records`: newest first, from the version of which `base` was made; changes that are not
 * among them cannot be undone.
 */
export function formerState(base: Draft, records: readonly SettingsChangeRecord[], version: number): FormerState {
  const draft: Record<string, unknown> = { ...base };
  const lost = new Set<string>();
  for (const change of records.filter((record) => record.version > version).flatMap(({ changes }) => changes)) {
    // Only the order has changed, and the history does not contain the earlier order.
    if ('added' in change && change.addedCount + change.removedCount === 0) continue;
    const pointer = POINTERS.find((known) => known === change.pointer);
    const field = pointer && DRAFT_FIELDS[pointer];
    const before = pointer && field && valueBefore(pointer, draft[field], change);
    if (before === undefined || field === undefined) lost.add(change.pointer);
    else draft[field] = before;
  }
  const fields = POINTERS.filter((pointer) => !lost.has(pointer)).map((pointer) => DRAFT_FIELDS[pointer]);
  const changed = fields.filter((field) => JSON.stringify(draft[field]) !== JSON.stringify(base[field]));
  return { changes: Object.fromEntries(changed.map((field) => [field, draft[field]])), lost: [...lost] };
}

/** Returns what a field held before a change; `undefined` if that is unknown. */
function valueBefore(pointer: Pointer, now: unknown, change: Change): unknown {
  if ('secret' in change || pointer.startsWith('/smtp/tls/')) return undefined;
  if ('added' in change) return Array.isArray(now) ? listBefore(now as Member[], change) : undefined;
  const { from } = change;
  if (pointer === '/fallback') return from === true;
  // The server did not exist yet: its fields stay as they are, and `/sender` says that it is not used.
  if (CHOICES.includes(pointer)) return from ?? now;
  return from === null ? '' : String(from);
}

type Member = string | Mailbox;
const keyOf = (member: Member): string => (typeof member === 'string' ? member : JSON.stringify([member.address, member.name ?? '']));

function listBefore(now: readonly Member[], { added, addedCount, removed, removedCount }: Extract<Change, { added: unknown }>): unknown {
  if (added.length !== addedCount || removed.length !== removedCount) return undefined;
  const later = new Set(added.map((member) => keyOf(member)));
  return [...now.filter((member) => !later.has(keyOf(member))), ...removed];
}
