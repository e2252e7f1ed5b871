// What earlier sessions have learnt about servers, kept in memory only.

/** What was learnt expires and is learnt again, because a limit may be lifted and a dead address may work again. */
const LIMIT_HOLDS_MS = 60 * 60_000;
const DEAFNESS_HOLDS_MS = 60 * 60_000;
const BAD_RESUMING_HOLDS_MS = 60 * 60_000;
const ADDRESS_HOLDS_MS = 10 * 60_000;

// An entry takes about 2 KB, most of it a TLS session. Only the thousand servers used last are remembered.
const REMEMBERED_AT_MOST = 1_000;

/** What one sender has learnt about one server. */
export class KnownServer {
  private session: Buffer | undefined;
  private notResumedUntil = 0;
  private limit = Infinity;
  private limitHoldsUntil = 0;
  private deafUntil = 0;
  private workingAddress: string | null = null;
  private addressHoldsUntil = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * The TLS session to resume (RFC 8446 2.2), which saves sending certificates and a private-key operation. Keep it secret: whoever has it
   * can read what was sent under it.
   */
  get tlsSession(): Buffer | undefined {
    return this.now() < this.notResumedUntil ? undefined : this.session;
  }

  set tlsSession(session: Buffer | undefined) {
    this.session = session;
  }

  /** Call this if the server issues sessions but breaks off when one is resumed, so that we would have to connect twice each time. */
  learnBadResuming(): void {
    this.session = undefined;
    this.notResumedUntil = this.now() + BAD_RESUMING_HOLDS_MS;
  }

  /** How many recipients the server accepts in one transaction; `Infinity` if no limit is known. */
  get recipientsAtMost(): number {
    return this.now() < this.limitHoldsUntil ? this.limit : Infinity;
  }

  learnRecipientLimit(count: number): void {
    this.limit = count;
    this.limitHoldsUntil = this.now() + LIMIT_HOLDS_MS;
  }

  /** Whether the server reads a message that is offered before it has answered the previous one; true unless it is known not to. */
  get hearsNextAtOnce(): boolean {
    return this.now() >= this.deafUntil;
  }

  /** Call this if the server announces PIPELINING but discarded the commands that came right after an end of data. */
  learnDeafness(): void {
    this.deafUntil = this.now() + DEAFNESS_HOLDS_MS;
  }

  /** Returns the addresses of the server's name, beginning with the one that worked when others did not. */
  inOrder(addresses: readonly string[]): string[] {
    const first = this.now() < this.addressHoldsUntil ? this.workingAddress : null;
    if (first === null || !addresses.includes(first)) return [...addresses];
    return [first, ...addresses.filter((address) => address !== first)];
  }

  /** Call this only if another address failed first: a name with several addresses distributes its load by their order. */
  learnAddress(address: string): void {
    this.workingAddress = address;
    this.addressHoldsUntil = this.now() + ADDRESS_HOLDS_MS;
  }
}

export class KnownServers {
  private readonly servers = new Map<string, KnownServer>();

  /** @param key stands for server, sender and credentials, so that what one team learns is not passed on to another */
  of(key: string): KnownServer {
    const known = this.servers.get(key) ?? new KnownServer();
    this.servers.delete(key);
    this.servers.set(key, known);
    const [oldest] = this.servers.keys();
    if (this.servers.size > REMEMBERED_AT_MOST && oldest !== undefined) this.servers.delete(oldest);
    return known;
  }
}
