// What a user was typing when the session ended, kept in the tab for that user. Drafts never contain secrets: their callers leave them out.
import { type Session } from './read-token.js';

const STORAGE_KEY = 'billing-mail.draft';

type Kept = { user: string; place: string; draft: object };

/** Keeps a draft. `place` says what it is a draft of. A tab keeps only one. */
export function keepDraft(session: Session, place: string, draft: object): void {
  if (session.kind !== 'signed_in') return;
  const kept: Kept = { user: session.claims.sub, place, draft };
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(kept));
}

const readKept = (): Kept | null => JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as Kept | null;

/** Returns what the user typed at that place before. Deletes the draft of another user. */
export function keptDraft(session: Session, place: string): Record<string, unknown> | null {
  const kept = readKept();
  if (kept === null || session.kind !== 'signed_in') return null;
  if (kept.user !== session.claims.sub) forgetDraft();
  return kept.user === session.claims.sub && kept.place === place ? { ...kept.draft } : null;
}

export const isDraftKept = (): boolean => sessionStorage.getItem(STORAGE_KEY) !== null;

/** Forgets the draft of `place`; without `place`, whatever is kept. */
export function forgetDraft(place?: string): void {
  if (place === undefined || readKept()?.place === place) sessionStorage.removeItem(STORAGE_KEY);
}
