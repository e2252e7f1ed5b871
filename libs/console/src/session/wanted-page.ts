// Where somebody was going while nobody was signed in: the link of an e-mail leads to a delivery, and whoever then signs in at the front door goes on
// to it. Kept for all tabs, as the host application signs in in a tab of its own.
const STORAGE_KEY = 'billing-mail.wanted';
// Who signs in later has forgotten what they were going to.
const HOLDS_MS = 15 * 60_000;

type Wanted = { path: string; since: number };

export function wantPage(path: string): void {
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ path, since: Date.now() } satisfies Wanted));
}

export function forgetWantedPage(): void {
  localStorage.removeItem(STORAGE_KEY);
}

/** The page in one of these teams that was asked for lately; `null` when there is none. */
export function wantedPage(teams: readonly string[]): string | null {
  const { path, since } = readWanted();
  const [, team] = /^\/teams\/([^/]+)\//.exec(path) ?? [];
  return Date.now() - since < HOLDS_MS && teams.some((mine) => encodeURIComponent(mine) === team) ? path : null;
}

const readWanted = (): Wanted => JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{"path":"","since":0}') as Wanted;
