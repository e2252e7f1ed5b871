// A tab that is opened from one that is signed in, as by "open link in new tab", is signed in as well. The browser gives it no session storage
// of the other, and a storage that outlives the tabs would keep the token: so the tabs ask each other, and nothing is written down.
import { type SignedIn } from './read-token.js';

type Message = { ask: string } | { token: string };

const LOCK = 'billing-mail.user:';
// Only pages of https and of this computer have them; others are signed in by links alone.
const locks = (): LockManager | undefined => (navigator as Partial<Navigator>).locks;
let tabs: BroadcastChannel | null = null;
let release: (() => void) | null = null;

/** Who is signed in, as one word. */
export const userOf = ({ claims: { sub, role } }: SignedIn): string => JSON.stringify([sub, role]);

/** Lets other tabs know who is signed in here, `null`: nobody. A lock ends with its tab, whatever ends that. */
export function showUser(user: string | null): void {
  release?.();
  release = null;
  if (user !== null)
    void locks()?.request(`${LOCK}${user}`, { mode: 'shared' }, () => new Promise<void>((resolve) => (release = () => resolve())));
}

/** As whom the other tabs are signed in; `null` where nobody is, or where it is not the same in all: nobody must work in a wrong name unasked. */
export async function userOfOtherTabs(): Promise<string | null> {
  const held = (await locks()?.query())?.held ?? [];
  const users = new Set(held.flatMap(({ name = '' }) => (name.startsWith(LOCK) ? [name.slice(LOCK.length)] : [])));
  const [user] = users;
  return users.size === 1 && user !== undefined ? user : null;
}

export const askForToken = (user: string): void => tell({ ask: user });
export const tellToken = (token: string): void => tell({ token });

/** `answer` gets the user whose token is asked for, `take` a token that another tab has. */
export function listenToTabs({ answer, take }: { answer: (user: string) => void; take: (token: string) => void }): void {
  tabs = new BroadcastChannel('billing-mail.session');
  tabs.addEventListener('message', ({ data }: MessageEvent<Message>) => ('ask' in data ? answer(data.ask) : take(data.token)));
}

const tell = (message: Message): void => tabs?.postMessage(message);
