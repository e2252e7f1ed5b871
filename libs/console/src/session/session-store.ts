// The token: taken once from the URL's fragment, kept in memory and in the tab's session storage, dropped when it ends. A link cannot sign
// a user out, and signs them in as somebody else only if they agree: whoever made the link could read what they do under that name.
import { useSyncExternalStore } from 'react';
import { askForToken, listenToTabs, showUser, tellToken, userOf, userOfOtherTabs } from './other-tabs.js';
import { readToken, type Session, type SignedIn } from './read-token.js';

const STORAGE_KEY = 'billing-mail.token';
// Browsers fire longer timers at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

// A tab that sleeps answers later, and its answer is still accepted.
const ANSWER_WITHIN_MS = 3_000;

let session: Session = { kind: 'missing' };
/** The user whose token another tab may give to this one while nobody is signed in here. */
let wanted: string | null = null;
/** The session that a link offers while somebody else is signed in. */
let offered: SignedIn | null = null;
let expiry: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Reads the token and keeps looking for new ones: the host application may open a signed-in link in a tab that is already open. */
export function watchSession(): void {
  listenToTabs({ answer: answerTab, take: takeFromTab });
  change(readToken(sessionStorage.getItem(STORAGE_KEY), Date.now()));
  takeToken();
  if (session.kind === 'missing') void askOtherTabs();
  // With unsaved changes, a later listener undoes the step; by then the token must be gone from the address.
  window.addEventListener('popstate', takeToken);
  window.addEventListener('hashchange', takeToken);
}

function takeToken(): void {
  const fromHash = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fromHash === null) return;
  // The token is gone before anybody looks over a shoulder, copies the address or steps back to it.
  history.replaceState(history.state, '', location.pathname + location.search);
  const next = readToken(fromHash, Date.now());
  if (session.kind === 'signed_in' && next.kind !== 'signed_in') return;
  if (session.kind === 'signed_in' && next.kind === 'signed_in' && !isSameUser(session, next)) return offer(next);
  change(next);
  if (next.kind === 'signed_in') tellToken(next.token);
}

const isSameUser = (one: SignedIn, other: SignedIn): boolean => userOf(one) === userOf(other);

async function askOtherTabs(): Promise<void> {
  change({ kind: 'asking' });
  wanted = await userOfOtherTabs();
  if (wanted !== null) {
    askForToken(wanted);
    await new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS));
  }
  if (session.kind === 'asking') change({ kind: 'missing' });
}

function answerTab(user: string): void {
  if (session.kind === 'signed_in' && userOf(session) === user) tellToken(session.token);
}

/** Takes a token from another tab. This also continues a session that ended, if its user has signed in again in another tab. */
function takeFromTab(token: string): void {
  const next = readToken(token, Date.now());
  if (next.kind !== 'signed_in') return;
  const isLonger = session.kind === 'signed_in' && isSameUser(session, next) && (next.expiresAtMs ?? 0) > (session.expiresAtMs ?? 0);
  if (isLonger || (session.kind !== 'signed_in' && userOf(next) === wanted)) change(next);
}

function offer(next: SignedIn | null): void {
  offered = next;
  tell();
}

/** Accepts or declines what a link offered. */
export function answerOffer(isTaken: boolean): void {
  const next = offered;
  offer(null);
  if (isTaken && next !== null) change(readToken(next.token, Date.now()));
}

function change(next: Session): void {
  session = next;
  clearTimeout(expiry);
  showUser(session.kind === 'signed_in' ? userOf(session) : null);
  if (session.kind === 'signed_in') sessionStorage.setItem(STORAGE_KEY, session.token);
  else sessionStorage.removeItem(STORAGE_KEY);
  if (session.kind === 'signed_in' && session.expiresAtMs !== null)
    expiry = setTimeout(endSession, Math.min(session.expiresAtMs - Date.now(), LONGEST_TIMER_MS));
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** Ends the session, because the token has expired or a service no longer accepts it. */
export function endSession(): void {
  if (session.kind === 'signed_in') wanted = userOf(session);
  change({ kind: 'expired' });
}

export const currentSession = (): Session => session;

/** Returns the session, and again when it changes. */
export function useSession(): Session {
  return useSyncExternalStore(listen, currentSession);
}

/** Returns whom a link would sign in, until the offer is answered. */
export function useOffer(): SignedIn | null {
  return useSyncExternalStore(listen, () => offered);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
