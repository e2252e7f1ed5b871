// What is remembered of servers from the sessions before, in memory only.

/** A limit may be lifted, and an address that was dead may live again: so both are found out anew from time to time. */
const LIMIT_HOLDS_MS = 60 * 60_000;
const DEAFNESS_HOLDS_MS = 60 * 60_000;
const BAD_RESUMING_HOLDS_MS = 60 * 60_000;
const ADDRESS_HOLDS_MS = 10 * 60_000;

// What is known of one is some 2 KB, most of it a TLS session. Who is not among the thousand used last is got to know anew.
const REMEMBERED_AT_MOST = 1_000;

/** One server, as one sender knows it. */
export class KnownServer {
  private session: Buffer | undefined;
  private notResumedUntil = 0;
  private limit = Infinity;
  private limitHoldsUntil = 0;
  private deafUntil = 0;
  private workingAddress: string | null = null;
  private addressHoldsUntil = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** To be resumed (RFC 8446 2.2), which saves certificates and a private-key operation. Who has it can read what was said under it. */
  get tlsSession(): Buffer | undefined {
    return this.now() < this.notResumedUntil ? undefined : this.session;
  }

  set tlsSession(session: Buffer | undefined) {
    this.session = session;
  }

  /** It hands out sessions, and breaks where one is resumed: each connection would be made twice. */
  learnBadResuming(): void {
    this.session = undefined;
    this.notResumedUntil = this.now() + BAD_RESUMING_HOLDS_MS;
  }

  /** Recipients that it takes in one transaction, as far as that was met. */
  get recipientsAtMost(): number {
    return this.now() < this.limitHoldsUntil ? this.limit : Infinity;
  }

  learnRecipientLimit(count: number): void {
    this.limit = count;
    this.limitHoldsUntil = this.now() + LIMIT_HOLDS_MS;
  }

  /** Whether it hears of a message that is offered while it is still to answer the one before. */
  get hearsNextAtOnce(): boolean {
    return this.now() >= this.deafUntil;
  }

  /** It offers to take commands in a row, and threw those away that came right after an end of data. */
  learnDeafness(): void {
    this.deafUntil = this.now() + DEAFNESS_HOLDS_MS;
  }

  /** The addresses of its name, the one first that worked where others did not. */
  inOrder(addresses: readonly string[]): string[] {
    const first = this.now() < this.addressHoldsUntil ? this.workingAddress : null;
    if (first === null || !addresses.includes(first)) return [...addresses];
    return [first, ...addresses.filter((address) => address !== first)];
  }

  /** To be told only where another one failed before it: a name with several addresses shares out its work by their order. */
  learnAddress(address: string): void {
    this.workingAddress = address;
    this.addressHoldsUntil = this.now() + ADDRESS_HOLDS_MS;
  }
}

export class KnownServers {
  private readonly servers = new Map<string, KnownServer>();

  /** @param key of server, sender and credentials: what one team learns is not told to another */
  of(key: string): KnownServer {
    const known = this.servers.get(key) ?? new KnownServer();
    this.servers.delete(key);
    this.servers.set(key, known);
    const [oldest] = this.servers.keys();
    if (this.servers.size > REMEMBERED_AT_MOST && oldest !== undefined) this.servers.delete(oldest);
    return known;
  }
}
