// Keeps open sessions, so that a session that is given back carries the next message with the same scope, server and credentials.
import { createHmac, randomBytes } from 'node:crypto';
import { type KeptSession, type Way } from './kept-session.js';
import { KnownServers } from './known-servers.js';
import { openSession } from './open-session.js';
import { type SessionOptions } from './session-options.js';
import { isToken, secretOf } from './signing-in/credentials.js';
import { KeptLine, type SessionSource, type SmtpLine } from './smtp-line.js';
import { type SmtpServer } from './smtp-server.js';

export type KeeperOptions = {
  /** How long a session may wait for its next message, in milliseconds. */
  idleMs: number;
  messagesPerSession: number;
  /**
   * Most idle sessions over all servers; above it the one that has been idle longest is closed. Default 256: with as many in use, the
   * process stays below its limit of 1,024 open files.
   */
  idleSessionsAtMost?: number;
};

export class SessionKeeper {
  private readonly options: Required<KeeperOptions>;
  /** Sessions in use and idle sessions; of the idle ones, the longest idle comes first. */
  private readonly sessions = new Set<KeptSession>();
  private readonly openings = new Set<Way>();
  private readonly closings = new Map<Promise<void>, string>();
  private readonly known = new KnownServers();
  private readonly salt = randomBytes(32);
  /** Keys of servers that are used repeatedly, such as the platform's own server for each of its messages. */
  private readonly keys = new WeakMap<SmtpServer, { scope: string; key: string }>();
  private openedCount = 0;
  private isClosed = false;

  constructor(options: KeeperOptions) {
    this.options = { idleSessionsAtMost: 256, ...options };
  }

  /** Sessions opened so far. */
  get opened(): number {
    return this.openedCount;
  }

  /**
   * Returns a line to `server`, over an idle session of the same scope, server and credentials if there is one. Closes idle sessions of the
   * same scope with another server or other credentials, because the scope's settings have changed.
   * @param scope whose messages these are; sessions are never shared between scopes
   * @param options `onStep`, `opening` and `dialogue` are not used: they belong to one message and not to a session that outlives it
   */
  line(server: SmtpServer, scope: string, options: SessionOptions): SmtpLine {
    const key = this.keyOf(server, scope);
    this.retireOthers(scope, key);
    const way = { scope, key, isRetired: false };
    return new KeptLine(
      {
        take: () => this.take(key),
        open: (signal, dialogue) => this.open(server, way, { ...options, opening: signal, dialogue }),
        hasRoom: (kept) => this.hasRoom(kept),
        mayPassOn: (kept) => this.mayPassOn(kept),
        giveBack: (kept) => this.giveBack(kept),
        discard: (kept) => this.discard(kept),
      },
      this.known.of(key),
    );
  }

  /** Closes idle sessions with QUIT; sessions in use are closed when they are given back. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const kept of this.waiting()) void this.discard(kept);
    await Promise.all(this.closings.keys());
  }

  private retireOthers(scope: string, key: string): void {
    for (const way of [...this.openings, ...[...this.sessions].map((kept) => kept.way)]) {
      if (way.scope === scope && way.key !== key) way.isRetired = true;
    }
    for (const kept of this.waiting()) if (kept.way.isRetired) void this.discard(kept);
  }

  private async open(server: SmtpServer, way: Way, options: SessionOptions): ReturnType<SessionSource['open']> {
    const { onStep: _onStep, afterClosing, ...lasting } = options;
    this.openings.add(way);
    if (afterClosing === true) await Promise.all([...this.closings].filter(([, scope]) => scope === way.scope).map(([closing]) => closing));
    const opened = await openSession(server, { ...lasting, known: this.known.of(way.key) }).finally(() => this.openings.delete(way));
    if (!opened.ok) return opened;
    this.openedCount += 1;
    return { ok: true, kept: this.keep({ session: opened.session, way, messages: 0, isUsed: false }) };
  }

  private keep(held: Pick<KeptSession, 'session' | 'way' | 'messages' | 'isUsed'>): KeptSession {
    const kept: KeptSession = { ...held, isOffered: false, isPassedOn: false, idleTimer: null };
    this.sessions.add(kept);
    held.session.onEnd(() => this.forget(kept));
    return kept;
  }

  private take(key: string): KeptSession | null {
    // The server is least likely to have closed the session that was used last.
    const kept = this.waiting().findLast((one) => one.way.key === key) ?? null;
    if (kept !== null) stopTimer(kept);
    return kept ?? this.takeOffered(key);
  }

  private takeOffered(key: string): KeptSession | null {
    const offered = [...this.sessions].find((one) => one.isOffered && one.way.key === key && one.session.takesNext);
    if (offered === undefined) return null;
    Object.assign(offered, { isOffered: false, isPassedOn: true });
    this.sessions.delete(offered);
    return this.keep(offered);
  }

  private hasRoom(kept: KeptSession): boolean {
    return !kept.isPassedOn && (kept.session.usable || kept.session.takesNext) && this.hasMessagesLeft(kept);
  }

  private mayPassOn(kept: KeptSession): boolean {
    const { way, session } = kept;
    const isWelcome = !this.isClosed && !way.isRetired && this.known.of(way.key).hearsNextAtOnce;
    return isWelcome && !kept.isPassedOn && session.takesNext && this.hasMessagesLeft(kept);
  }

  private hasMessagesLeft({ messages }: KeptSession): boolean {
    return messages < this.options.messagesPerSession;
  }

  private async giveBack(kept: KeptSession): Promise<void> {
    kept.isOffered = false;
    if (kept.isPassedOn) return;
    // The message was given up while the previous one still waits for its answer.
    if (kept.session.isBusy) {
      this.forget(kept);
      return kept.session.leave();
    }
    if (this.isClosed || kept.way.isRetired || !this.hasRoom(kept)) return this.discard(kept);
    kept.isUsed = true;
    kept.idleTimer = setTimeout(() => void this.discard(kept), this.options.idleMs).unref();
    // Move it to the end of the idle sessions.
    this.sessions.delete(kept);
    this.sessions.add(kept);
    const waiting = this.waiting();
    for (const oldest of waiting.slice(0, Math.max(0, waiting.length - this.options.idleSessionsAtMost))) void this.discard(oldest);
  }

  private waiting(): KeptSession[] {
    return [...this.sessions].filter((kept) => kept.idleTimer !== null);
  }

  private discard(kept: KeptSession): Promise<void> {
    this.forget(kept);
    const closing = kept.session.close().finally(() => this.closings.delete(closing));
    this.closings.set(closing, kept.way.scope);
    return closing;
  }

  private forget(kept: KeptSession): void {
    stopTimer(kept);
    this.sessions.delete(kept);
  }

  /**
   * Returns a key that contains the password only as an HMAC, whose own key lives as long as this process. A token is not part of it: it is
   * renewed every hour while the account stays the same, and a session that has signed in outlives it.
   */
  private keyOf(server: SmtpServer, scope: string): string {
    const known = this.keys.get(server);
    if (known?.scope === scope) return known.key;
    const { host, port, security, auth, caPem, pin, clientCertificate, trusted } = server;
    const login = auth.type === 'none' ? [] : [auth.type, auth.username, ...(isToken(auth) ? [] : [secretOf(auth)])];
    const trust = [caPem ?? '', pin ?? '', clientCertificate?.chainPem ?? ''];
    const way = JSON.stringify([scope, host, port, security, trust, trusted === true, ...login]);
    const key = createHmac('sha256', this.salt).update(way).digest('base64');
    this.keys.set(server, { scope, key });
    return key;
  }
}

function stopTimer(kept: KeptSession): void {
  if (kept.idleTimer !== null) clearTimeout(kept.idleTimer);
  kept.idleTimer = null;
}
