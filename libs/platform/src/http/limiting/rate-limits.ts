// How often each request is allowed. A request costs us a statement, a foreign server a connection, or a reader an e-mail.

/** So many requests in a window that begins with the first of them. */
export type RequestLimit = {
  requests: number;
  seconds: number;
  /** Whose requests count together: `caller` is a user in one team. None where the service that counts names it itself. */
  of?: 'team' | 'user' | 'caller' | 'address';
  /** Internal services count too. They speak for all teams, and a run of invoices must not stop because many are due. */
  countsServices?: true;
};

/** By name, as `RATE_LIMITS` and the headers have it. */
export const RATE_LIMITS = {
  // Every operation that names none of the others. An open page asks forty times a minute, and a person may have many open.
  requests: { requests: 1200, seconds: 60, of: 'caller' },
  // Each is kept in the history for good, with all the addresses that it changes, and each dispatcher asks for the settings again.
  'settings-changes': { requests: 200, seconds: 3600, of: 'team' },
  // Each opens connections to a server that may be anybody's, and may send a letter.
  'smtp-test': { requests: 10, seconds: 60, of: 'team', countsServices: true },
  // Each asks a provider where to sign in, and leaves a sign-in that may be ended; or has it take a permission back.
  connections: { requests: 20, seconds: 600, of: 'team', countsServices: true },
  // By address, as nobody is signed in where a provider sends a browser back to.
  'sign-in-returns': { requests: 60, seconds: 60, of: 'address', countsServices: true },
  // By the name of the server, and by each of its addresses, whichever teams ask: a large provider has many of ours, and takes us for an attacker when all of them try at once.
  'smtp-test-host': { requests: 60, seconds: 60 },
  // At one server, by its name and by its address. That many may be slips of the hand; after each further one the next has to wait, twice as long each time.
  'failed-sign-in': { requests: 3, seconds: 3600 },
  // The same at all servers of a team together. A person sets up one or two; who guesses has many names for one.
  'failed-sign-ins-of-team': { requests: 10, seconds: 3600 },
  // Each opens a file under its passphrase, which programs make as slow as they like: up to some seconds of our processor.
  certificates: { requests: 10, seconds: 60, of: 'team', countsServices: true },
  // Of words in a large log. The page asks forty times a minute for what it shows while that changes.
  searches: { requests: 120, seconds: 60, of: 'user' },
  statistics: { requests: 120, seconds: 60, of: 'user' },
  // Pages of the log, and so exports: 60,000 deliveries a minute, after which the page waits and goes on. And single deliveries, which are as
  // large as a page where they have a page's recipients.
  lists: { requests: 300, seconds: 60, of: 'user' },
  // Each reads documents and composes and signs a message.
  downloads: { requests: 120, seconds: 60, of: 'user' },
  // What users send themselves: more than all the documents of a large company, less than takes the dispatcher from the others.
  intake: { requests: 3000, seconds: 60, of: 'team' },
  // Each may send requests to a server that may be anybody's, or looks its name up.
  webhooks: { requests: 30, seconds: 60, of: 'team', countsServices: true },
  // Letters to people who may not have asked for them.
  'confirmations-of-user': { requests: 5, seconds: 3600 },
  'confirmations-to-address': { requests: 3, seconds: 86_400 },
} as const satisfies Record<string, RequestLimit>;

export type RateLimitName = keyof typeof RATE_LIMITS;
export type RateLimitTable = Record<RateLimitName, RequestLimit>;

/** What an operator sets instead; the rest stays. */
export type RateLimitChanges = Partial<Record<string, { requests: number; seconds: number }>>;

/** The limits as they are with an operator's changes. */
export const withChanges = (changes: RateLimitChanges): RateLimitTable =>
  Object.fromEntries(Object.entries(RATE_LIMITS).map(([name, limit]) => [name, { ...limit, ...changes[name] }])) as RateLimitTable;

export const isRateLimitName = (name: string): name is RateLimitName => Object.hasOwn(RATE_LIMITS, name);

/** How many may be under way at a time. */
export const SLOT_LIMITS = {
  // Two people of a team at once; too few to search the net for open ports.
  'tests-under-way': 2,
  // Tabs and devices of a person.
  'open-streams': 20,
} as const;
export type SlotName = keyof typeof SLOT_LIMITS;
