// A mail server of the campaign. It behaves as scripted, records what it takes in the ledger first, and can go away and come back.
import {
  startScriptedSmtpServer,
  type ScriptedSmtpServer,
  type SmtpAction,
  type SmtpScript,
  type SmtpTransaction,
} from '@billing-mail/testkit';
import { type Ledger } from './ledger.js';

/** The account that every server of the campaign accepts. */
export const ACCOUNT = { username: 'billing', password: 'geheim' } as const;

/** A working server: encrypted and with a login, like the platform's and those of most teams. */
export const WORKING: SmtpScript = { security: 'starttls', accounts: [ACCOUNT] };

export class MailServer {
  private constructor(
    readonly name: string,
    private server: ScriptedSmtpServer,
    private readonly ledger: Ledger,
  ) {}

  /** Called when a message is in the ledger and has not been answered yet. */
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
  /** Hashes of the messages whose end of data the server received, whatever it answered. */
  get bodies(): string[] {
    return this.server.transactions.flatMap(({ sha256 }) => sha256 ?? []);
  }
  get endsOfData(): number {
    return this.bodies.length;
  }
  /** Number of messages for which it has sent 354, and which it may be reading by now. */
  get bodiesBegun(): number {
    return this.server.transactions.filter(({ dataBegun }) => dataBegun).length;
  }
  /** Passwords that these connections sent. */
  get passwords(): string[] {
    return this.server.connections.flatMap(({ authAttempts }) => authAttempts.map(({ password }) => password));
  }
  get messages(): SmtpTransaction[] {
    return this.server.messages;
  }

  /** From now on adds `script` to the working server's behaviour. A function is called before each reply. */
  behave(script: SmtpScript | (() => SmtpScript) = {}): void {
    this.server.forget();
    this.server.script = typeof script === 'function' ? () => ({ ...WORKING, ...script() }) : { ...WORKING, ...script };
  }

  /** Ends every connection in that way; later clients must open a new one. */
  async hangUp(how: SmtpAction = 'reset'): Promise<void> {
    await this.server.interject(how);
    await this.server.allClosed();
  }

  /** Closes the server, so that nothing listens on its port any more. */
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
