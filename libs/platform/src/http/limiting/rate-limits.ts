// How often each kind of request is allowed. A request may cost us a statement, a foreign server a connection, or a person an e-mail.

/** How many requests are allowed in a window, which begins with the first of them. */
export type RequestLimit = {
  requests: number;
  seconds: number;
  /** Whose requests count together; `caller` is a user in one team. Not set where the service that counts names the owner itself. */
  of?: 'team' | 'user' | 'caller' | 'address';
  /**
   * Counts internal services too. By default they do not count, because they act for all teams, and a run of invoices must not stop because
   * many are due.
   */
  countsServices?: true;
};

/** The limits by name, as the variable `RATE_LIMITS` and the headers name them. */
export const RATE_LIMITS = {
  // For every operation that names no other limit. An open page asks forty times a minute, and a person may have many open.
  requests: { requests: 1200, seconds: 60, of: 'caller' },
  // Each change is kept in the history for good, with all the addresses that it changes, and makes each dispatcher ask for the settings
  // again.
  'settings-changes': { requests: 200, seconds: 3600, of: 'team' },
  // Each test opens connections to a server that may be anybody's, and may send an e-mail.
  'smtp-test': { requests: 10, seconds: 60, of: 'team', countsServices: true },
  // Each request asks a provider where to sign in, and leaves a sign-in that may be completed; or it makes the provider revoke a
  // permission.
  connections: { requests: 20, seconds: 600, of: 'team', countsServices: true },
  // By address, because nobody is signed in where a provider sends a browser back to.
  'sign-in-returns': { requests: 60, seconds: 60, of: 'address', countsServices: true },
  // By the name of the server and by each of its addresses, whichever teams ask. A large provider serves many of our teams, and takes us
  // for an attacker if all of them test at once.
  'smtp-test-host': { requests: 60, seconds: 60 },
  // Failed sign-ins at one server, by its name and by its address. This many may be typing errors. After each further one the next attempt
  // has to wait, twice as long each time.
  'failed-sign-in': { requests: 3, seconds: 3600 },
  // Failed sign-ins of a team at all servers together. A person sets up one or two servers; somebody who guesses passwords has many names
  // for one server.
  'failed-sign-ins-of-team': { requests: 10, seconds: 3600 },
  // Each request opens a file with its passphrase. The program that made the file decides how slow that is: up to some seconds of our
  // processor.
  certificates: { requests: 10, seconds: 60, of: 'team', countsServices: true },
  // Searches for words in a large log. The page asks forty times a minute for what it shows while that changes.
  searches: { requests: 120, seconds: 60, of: 'user' },
  statistics: { requests: 120, seconds: 60, of: 'user' },
  // Pages of the log, and thus exports: 60,000 deliveries a minute, after which the page waits and goes on. Also single deliveries, which
  // are as large as a page if they have as many recipients.
  lists: { requests: 300, seconds: 60, of: 'user' },
  // Each download reads documents, and composes and signs a message.
  downloads: { requests: 120, seconds: 60, of: 'user' },
  // Documents that users send themselves: more than all the documents of a large company, but too few to keep the dispatcher from the other
  // teams.
  intake: { requests: 3000, seconds: 60, of: 'team' },
  // Each request may send requests to a server that may be anybody's, or look up its name.
  webhooks: { requests: 30, seconds: 60, of: 'team', countsServices: true },
  // E-mails to people who may not have asked for them.
  'confirmations-of-user': { requests: 5, seconds: 3600 },
  'confirmations-to-address': { requests: 3, seconds: 86_400 },
} as const satisfies Record<string, RequestLimit>;

export type RateLimitName = keyof typeof RATE_LIMITS;
export type RateLimitTable = Record<RateLimitName, RequestLimit>;

/** The limits that an operator sets instead; the others stay. */
export type RateLimitChanges = Partial<Record<string, { requests: number; seconds: number }>>;

/** Returns the limits with an operator's changes. */
export const withChanges = (changes: RateLimitChanges): RateLimitTable =>
  Object.fromEntries(Object.entries(RATE_LIMITS).map(([name, limit]) => [name, { ...limit, ...changes[name] }])) as RateLimitTable;

export const isRateLimitName = (name: string): name is RateLimitName => Object.hasOwn(RATE_LIMITS, name);

/** How many operations of an owner may be under way at a time. */
export const SLOT_LIMITS = {
  // Two people of a team at once; too few to search the net for open ports.
  'tests-under-way': 2,
  // For the tabs and devices of a person.
  'open-streams': 20,
} as const;
export type SlotName = keyof typeof SLOT_LIMITS;
