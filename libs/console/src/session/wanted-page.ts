// The page that somebody asked for while nobody was signed in. The link of an e-mail leads to a delivery; a user who then signs in at the
// start page is taken to it. Kept for all tabs, because the host application signs users in in a tab of its own.
const STORAGE_KEY = 'billing-mail.wanted';
// A user who signs in later has forgotten where they were going.
const HOLDS_MS = 15 * 60_000;

type Wanted = { path: string; since: number };

export function wantPage(path: string): void {
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ path, since: Date.now() } satisfies Wanted));
}

export function forgetWantedPage(): void {
  localStorage.removeItem(STORAGE_KEY);
}

/** Returns the page of one of these teams that was asked for lately; `null` if there is none. */
export function wantedPage(teams: readonly string[]): string | null {
  const { path, since } = readWanted();
  const [, team] = /^\/teams\/([^/]+)\//.exec(path) ?? [];
  return Date.now() - since < HOLDS_MS && teams.some((mine) => encodeURIComponent(mine) === team) ? path : null;
}

const readWanted = (): Wanted => JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{"path":"","since":0}') as Wanted;
