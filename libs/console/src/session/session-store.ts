// The token: taken once from the URL's fragment, kept in memory and in the tab's session storage, dropped when it ends.
import { useSyncExternalStore } from 'react';
import { readToken, type Session } from './read-token.js';

const STORAGE_KEY = 'billing-mail.token';
// Longer timers fire at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

let session: Session = { kind: 'missing' };
let expiry: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Reads the token and goes on looking for new ones: the host application may open a signed-in link in a tab that is open already. */
export function watchSession(): void {
  takeToken();
  window.addEventListener('hashchange', takeToken);
}

function takeToken(): void {
  const fromHash = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fromHash !== null) {
    // Gone before anybody looks over a shoulder, copies the address or steps back to it.
    history.replaceState(history.state, '', location.pathname + location.search);
    sessionStorage.setItem(STORAGE_KEY, fromHash);
  }
  change(readToken(fromHash ?? sessionStorage.getItem(STORAGE_KEY), Date.now()));
}

function change(next: Session): void {
  session = next;
  clearTimeout(expiry);
  if (session.kind !== 'signed_in') sessionStorage.removeItem(STORAGE_KEY);
  else if (session.expiresAtMs !== null) expiry = setTimeout(endSession, Math.min(session.expiresAtMs - Date.now(), LONGEST_TIMER_MS));
  for (const listener of listeners) listener();
}

/** A service said that the token is no longer good. */
export function endSession(): void {
  change({ kind: 'expired' });
}

export const currentSession = (): Session => session;

/** The session, and again when it changes. */
export function useSession(): Session {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentSession);
}
