// An SMTP server on loopback that behaves as a test's script says, also badly, and records everything.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { SmtpPeer, type PeerHost } from './smtp-peer.js';
import { type SmtpConnectionRecord, type SmtpTransaction } from './smtp-records.js';
import { type SmtpAction, type SmtpScript } from './smtp-script.js';
import { tlsCertificates } from './tls-certificates.js';

export type SmtpServerOptions = {
  /** Default `127.0.0.1`. Several loopback addresses with the same port stand for one name with several machines. */
  host?: string;
  /** Default: a free port. */
  port?: number;
  /** Awaited before the final reply to a message that is not refused, so that a test can write its own record to disk before the 250. */
  onMessage?: (message: SmtpTransaction) => Promise<void>;
};

export type ScriptedSmtpServer = {
  readonly host: string;
  readonly port: number;
  /** The authority that a client must trust to accept the certificate `good`. */
  readonly caPem: string;
  /** Applies from the next command on, also to open connections. A function gets the number of the connection, from 1. */
  script: SmtpScript | ((connection: number) => SmtpScript);
  readonly connections: SmtpConnectionRecord[];
  /** Messages whose end of data came and was not refused; also those that got no answer, because a server may keep them. */
  readonly messages: SmtpTransaction[];
  readonly transactions: SmtpTransaction[];
  readonly openConnections: number;
  readonly maxConcurrentConnections: number;
  /** Resolves when there are `count` messages; rejects after `timeoutMs` (default two minutes). */
  waitFor(count: number, timeoutMs?: number): Promise<SmtpTransaction[]>;
  /** Resolves when no connection is open. */
  allClosed(): Promise<void>;
  /** Does something on every open connection although no reply is due; resolves when it is done. */
  interject(action: SmtpAction): Promise<void>;
  /** Forgets what was recorded, except open connections and a transaction that is under way; `inTurn` starts again. */
  forget(): void;
  close(): Promise<void>;
};

export async function startScriptedSmtpServer(
  script: ScriptedSmtpServer['script'] = {},
  options: SmtpServerOptions = {},
): Promise<ScriptedSmtpServer> {
  const server = new RunningServer(script, options.host ?? '127.0.0.1', options.onMessage);
  await server.listen(options.port ?? 0);
  return server;
}

class RunningServer implements ScriptedSmtpServer {
  port = 0;
  connections: SmtpConnectionRecord[] = [];
  messages: SmtpTransaction[] = [];
  openConnections = 0;
  maxConcurrentConnections = 0;
  private readonly server: Server;
  private readonly conversations = new Map<SmtpPeer, { socket: Socket; over: Promise<void> }>();
  private readonly secureContexts = new Map<string, SecureContext>();
  private turns = new Map<object, number>();
  private waiting: (() => void)[] = [];
  private accepted = 0;

  constructor(
    public script: ScriptedSmtpServer['script'],
    readonly host: string,
    private readonly onMessage: (message: SmtpTransaction) => Promise<void> = async () => undefined,
  ) {
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket));
  }

  get caPem(): string {
    return tlsCertificates().caPem;
  }

  get transactions(): SmtpTransaction[] {
    return this.connections.flatMap((connection) => connection.transactions);
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, this.host, () => {
        this.port = (this.server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async waitFor(count: number, timeoutMs = 120_000): Promise<SmtpTransaction[]> {
    const until = Date.now() + timeoutMs;
    while (this.messages.length < count) {
      const leftMs = until - Date.now();
      if (leftMs <= 0) throw new Error(`${this.messages.length} of ${count} messages after ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return this.messages;
  }

  async allClosed(): Promise<void> {
    await Promise.all([...this.conversations.values()].map(({ over }) => over));
  }

  async interject(action: SmtpAction): Promise<void> {
    await Promise.all([...this.conversations.keys()].map((peer) => peer.interject(action)));
  }

  forget(): void {
    this.connections = this.connections.filter(({ open }) => open);
    for (const { commands, authAttempts, transactions } of this.connections) {
      commands.length = 0;
      authAttempts.length = 0;
      // A transaction that is under way stays recorded.
      transactions.splice(0, transactions.length, ...transactions.filter(({ endOfDataSeen }) => !endOfDataSeen).slice(-1));
    }
    this.messages = [];
    this.turns = new Map();
    this.maxConcurrentConnections = this.openConnections;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const { socket } of this.conversations.values()) socket.destroy();
    await Promise.all([this.allClosed(), closed]);
  }

  private accept(socket: Socket): void {
    const id = ++this.accepted;
    const record: SmtpConnectionRecord = {
      id,
      tls: null,
      tlsResumed: false,
      serverName: null,
      commands: [],
      authAttempts: [],
      transactions: [],
      open: true,
    };
    this.connections.push(record);
    this.openConnections += 1;
    this.maxConcurrentConnections = Math.max(this.maxConcurrentConnections, this.openConnections);
    const scriptNow = () => (typeof this.script === 'function' ? this.script(id) : this.script);
    const contextNow = () => this.contextOf(scriptNow());
    const host: PeerHost = {
      get script() {
        return scriptNow();
      },
      nextOf: (action) => this.nextOf(action),
      keep: (transaction) => this.keep(transaction),
      get secureContext() {
        return contextNow();
      },
    };
    const peer = new SmtpPeer(socket, host, record);
    const over = peer.converse().finally(() => {
      record.open = false;
      this.openConnections -= 1;
      this.conversations.delete(peer);
    });
    this.conversations.set(peer, { socket, over });
  }

  /** Returns one context for all connections of a kind, because it holds the keys with which TLS sessions are resumed. */
  private contextOf({ certificate = 'good', maxTlsVersion, clientAuthorities }: SmtpScript): SecureContext {
    const kind = `${certificate} ${maxTlsVersion} ${clientAuthorities}`;
    const known = this.secureContexts.get(kind);
    if (known !== undefined) return known;
    const certificates = tlsCertificates();
    const version =
      maxTlsVersion === undefined ? {} : { minVersion: 'TLSv1' as const, maxVersion: maxTlsVersion, ciphers: 'DEFAULT@SECLEVEL=0' };
    // Without `sessionIdContext`, OpenSSL refuses to resume a session if it asks the client for a certificate
    // (SSL_CTX_set_session_id_context).
    const clients = clientAuthorities === undefined ? {} : { ca: clientAuthorities, sessionIdContext: 'scripted' };
    const context = createSecureContext({ key: certificates.keyPem, cert: certificates.chainOf(certificate), ...version, ...clients });
    this.secureContexts.set(kind, context);
    return context;
  }

  private async keep(transaction: SmtpTransaction): Promise<void> {
    await this.onMessage(transaction);
    this.messages.push(transaction);
    for (const wake of this.waiting.splice(0)) wake();
  }

  private nextOf(action: SmtpAction): Exclude<SmtpAction, { inTurn: SmtpAction[] }> {
    if (typeof action === 'string' || !('inTurn' in action)) return action;
    const turn = this.turns.get(action) ?? 0;
    this.turns.set(action, turn + 1);
    const chosen = action.inTurn[Math.min(turn, action.inTurn.length - 1)];
    if (chosen === undefined) throw new TypeError('inTurn needs an action');
    return this.nextOf(chosen);
  }
}
