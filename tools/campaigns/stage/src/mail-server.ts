// A mail server of the campaign: behaves as scripted, writes what it takes into the ledger first, and can go away and come back.
import {
  startScriptedSmtpServer,
  type ScriptedSmtpServer,
  type SmtpAction,
  type SmtpScript,
  type SmtpTransaction,
} from '@billing-mail/testkit';
import { type Ledger } from './ledger.js';

/** Who may sign in at every server of the campaign. */
export const ACCOUNT = { username: 'billing', password: 'geheim' } as const;

/** A server that works: encrypted, with a login, as the platform's and most teams' are. */
export const WORKING: SmtpScript = { security: 'starttls', accounts: [ACCOUNT] };

export class MailServer {
  private constructor(
    readonly name: string,
    private server: ScriptedSmtpServer,
    private readonly ledger: Ledger,
  ) {}

  /** Called when a message is in the ledger and not yet answered. */
  onTaken: (message: SmtpTransaction) => Promise<void> | void = () => undefined;

  static async start(name: string, ledger: Ledger, port = 0): Promise<MailServer> {
    const holder: { server: MailServer | null } = { server: null };
    const scripted = await startScriptedSmtpServer(WORKING, { port, onMessage: async (message) => holder.server?.take(message) });
    return (holder.server = new MailServer(name, scripted, ledger));
  }

  get port(): number {
    return this.server.port;
  }
  get caPem(): string {
    return this.server.caPem;
  }
  get openConnections(): number {
    return this.server.openConnections;
  }
  get mostConnections(): number {
    return this.server.maxConcurrentConnections;
  }
  /** Commands of all connections since the last `behave`. */
  get commands(): string[] {
    return this.server.connections.flatMap(({ commands }) => commands);
  }
  get connections(): number {
    return this.server.connections.length;
  }
  /** Messages whose end of data it saw, whatever it answered, by their hash. */
  get bodies(): string[] {
    return this.server.transactions.flatMap(({ sha256 }) => sha256 ?? []);
  }
  get endsOfData(): number {
    return this.bodies.length;
  }
  /** Messages that it said 354 to and may be reading by now. */
  get bodiesBegun(): number {
    return this.server.transactions.filter(({ dataBegun }) => dataBegun).length;
  }
  /** Passwords that it was given by those connections. */
  get passwords(): string[] {
    return this.server.connections.flatMap(({ authAttempts }) => authAttempts.map(({ password }) => password));
  }
  get messages(): SmtpTransaction[] {
    return this.server.messages;
  }

  /** From now on it does this, on top of what makes it work; a function is asked before each reply. */
  behave(script: SmtpScript | (() => SmtpScript) = {}): void {
    this.server.forget();
    this.server.script = typeof script === 'function' ? () => ({ ...WORKING, ...script() }) : { ...WORKING, ...script };
  }

  /** Ends every connection, that way; who comes next has to open one. */
  async hangUp(how: SmtpAction = 'reset'): Promise<void> {
    await this.server.interject(how);
    await this.server.allClosed();
  }

  /** Nobody listens at its port any more. */
  async goAway(): Promise<void> {
    await this.server.close();
  }

  async comeBack(): Promise<void> {
    this.server = await startScriptedSmtpServer(WORKING, { port: this.server.port, onMessage: (message) => this.take(message) });
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private async take(message: SmtpTransaction): Promise<void> {
    this.ledger.note(this.name, message);
    await this.onTaken(message);
  }
}
