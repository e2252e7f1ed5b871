// Signs in a tab that is opened from a signed-in tab, as by "open link in new tab". The browser does not give it the other tab's session
// storage, and a storage that outlives the tabs would keep the token. Therefore the tabs ask each other, and nothing is stored.
import { type SignedIn } from './read-token.js';

type Message = { ask: string } | { token: string };

const LOCK = 'billing-mail.user:';
// Locks exist only on pages of https and of this computer; on other pages only links sign tabs in.
const locks = (): LockManager | undefined => (navigator as Partial<Navigator>).locks;
let tabs: BroadcastChannel | null = null;
let release: (() => void) | null = null;

/** Returns who is signed in, as one string. */
export const userOf = ({ claims: { sub, role } }: SignedIn): string => JSON.stringify([sub, role]);

/** Tells other tabs who is signed in here; `null`: nobody. The lock ends with its tab, however the tab ends. */
export function showUser(user: string | null): void {
  release?.();
  release = null;
  if (user !== null)
    void locks()?.request(`${LOCK}${user}`, { mode: 'shared' }, () => new Promise<void>((resolve) => (release = () => resolve())));
}

/**
 * Returns as whom the other tabs are signed in; `null` if nobody is, or if it is not the same user in all: nobody must work under a wrong
 * name without being asked.
 */
export async function userOfOtherTabs(): Promise<string | null> {
  const held = (await locks()?.query())?.held ?? [];
  const users = new Set(held.flatMap(({ name = '' }) => (name.startsWith(LOCK) ? [name.slice(LOCK.length)] : [])));
  const [user] = users;
  return users.size === 1 && user !== undefined ? user : null;
}

export const askForToken = (user: string): void => tell({ ask: user });
export const tellToken = (token: string): void => tell({ token });

/** Listens to the other tabs. `answer` gets the user whose token is asked for, `take` a token that another tab has. */
export function listenToTabs({ answer, take }: { answer: (user: string) => void; take: (token: string) => void }): void {
  tabs = new BroadcastChannel('billing-mail.session');
  tabs.addEventListener('message', ({ data }: MessageEvent<Message>) => ('ask' in data ? answer(data.ask) : take(data.token)));
}

const tell = (message: Message): void => tabs?.postMessage(message);
