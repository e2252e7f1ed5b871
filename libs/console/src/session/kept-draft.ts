// What was being typed when a session ended, kept in the tab for whoever typed it. Never with secrets: those who write it leave them out.
import { type Session } from './read-token.js';

const STORAGE_KEY = 'billing-mail.draft';

type Kept = { user: string; place: string; draft: object };

/** `place`: what it is a draft of. A tab has one. */
export function keepDraft(session: Session, place: string, draft: object): void {
  if (session.kind !== 'signed_in') return;
  const kept: Kept = { user: session.claims.sub, place, draft };
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(kept));
}

const readKept = (): Kept | null => JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as Kept | null;

/** What the user typed at that place before; nothing of one user is there for the next. */
export function keptDraft(session: Session, place: string): Record<string, unknown> | null {
  const kept = readKept();
  if (kept === null || session.kind !== 'signed_in') return null;
  if (kept.user !== session.claims.sub) forgetDraft();
  return kept.user === session.claims.sub && kept.place === place ? { ...kept.draft } : null;
}

export const isDraftKept = (): boolean => sessionStorage.getItem(STORAGE_KEY) !== null;

/** `place`: only what was typed there; left out, whatever is kept. */
export function forgetDraft(place?: string): void {
  if (place === undefined || readKept()?.place === place) sessionStorage.removeItem(STORAGE_KEY);
}
