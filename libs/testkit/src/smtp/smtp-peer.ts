// One connection of the scripted SMTP server: goes through the conversation and records what the client did.
import { createHash } from 'node:crypto';
import { type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket, type SecureContext } from 'node:tls';
import { type AuthAttempt, type SmtpConnectionRecord, type SmtpTransaction } from './smtp-records.js';
import { credentialsBy } from './smtp-credentials.js';
import { SocketReader } from './socket-reader.js';
import { type SmtpAction, type SmtpScript } from './smtp-script.js';

/** What the peer needs of its server. */
export type PeerHost = {
  /** The current script; it may change between two commands. */
  readonly script: SmtpScript;
  /** Returns the action whose turn it is if `action` is an `inTurn`, and `action` itself otherwise. */
  nextOf(action: SmtpAction): Exclude<SmtpAction, { inTurn: SmtpAction[] }>;
  /** Called when the end of data of a message has come and will not be refused. */
  keep(transaction: SmtpTransaction): Promise<void>;
  readonly secureContext: SecureContext;
};

const DEFAULT_EXTENSIONS = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES'];
const DEFAULT_MAX_BYTES = 100_000_000;
const ENDS = new Set(['close', 'reset', 'stall']);
const FLOOD_LINE = `250-${'x'.repeat(900)}\r\n`;

/** Thrown within the conversation to leave it, when the script or the client has ended the connection. */
class ConversationOver extends Error {}

export class SmtpPeer {
  private socket: Socket;
  private reader: SocketReader;
  private username: string | null = null;
  private transaction: SmtpTransaction | null = null;
  private unsent = '';

  constructor(
    private readonly plain: Socket,
    private readonly host: PeerHost,
    private readonly record: SmtpConnectionRecord,
  ) {
    this.socket = plain;
    plain.on('error', () => undefined);
    this.reader = new SocketReader(plain);
  }

  /** Holds the whole conversation; resolves when it is over. */
  async converse(): Promise<void> {
    try {
      const { script } = this.host;
      if (script.connect !== undefined) await this.act(script.connect);
      if (script.security === 'tls') await this.encrypt();
      await this.act(script.banner ?? '220 scripted.test ESMTP');
      for (;;) {
        const line = await this.reader.readLine();
        if (line === null) return;
        this.record.commands.push(line);
        await this.answer(line);
      }
    } catch (error) {
      if (!(error instanceof ConversationOver)) throw error;
    } finally {
      this.socket.destroy();
      this.plain.destroy();
    }
  }

  /** Does something although no reply is due. */
  async interject(action: SmtpAction): Promise<void> {
    try {
      await this.act(action);
    } catch (error) {
      if (!(error instanceof ConversationOver)) throw error;
    }
  }

  private async answer(line: string): Promise<void> {
    const { script } = this.host;
    switch (/^[A-Z]+/i.exec(line)?.[0].toUpperCase()) {
      case 'EHLO':
        return this.act(script.ehlo ?? this.announcement());
      case 'HELO':
        return this.act(script.helo ?? '250 scripted.test');
      case 'STARTTLS':
        return this.beginTls(this.host.nextOf(script.starttls ?? '220 go ahead'));
      case 'AUTH':
        return this.authenticate(line);
      case 'MAIL':
        return this.begin(line);
      case 'RCPT':
        return this.address(line);
      case 'DATA':
        return this.receive();
      case 'RSET':
        this.transaction = null;
        return this.act(script.rset ?? '250 reset');
      case 'QUIT':
        return this.act(script.quit ?? { reply: '221 bye', then: 'close' });
      default:
        return this.act('500 5.5.1 command not known');
    }
  }

  private announcement(): string {
    const { script } = this.host;
    const maxBytes = script.maxBytes ?? DEFAULT_MAX_BYTES;
    const extensions = [
      ...(script.extensions ?? DEFAULT_EXTENSIONS),
      ...(maxBytes > 0 ? [`SIZE ${maxBytes}`] : []),
      ...(script.security === 'starttls' && !this.isEncrypted() ? ['STARTTLS'] : []),
      ...(script.accounts !== undefined || script.tokens !== undefined ? [`AUTH ${script.mechanisms ?? 'PLAIN LOGIN'}`] : []),
    ];
    return ['250 scripted.test', ...extensions].join('\n');
  }

  private async authenticate(line: string): Promise<void> {
    const [, mechanism = '', initial] = line.split(' ');
    const { script } = this.host;
    const given = script.ignoresInitialResponse === true ? undefined : initial;
    const credentials = await credentialsBy(mechanism.toUpperCase(), given, script.accounts ?? [], (challenge) => this.ask(challenge));
    if (credentials === null) return this.act('504 5.5.4 mechanism not known');
    const isKnown =
      (script.accounts ?? []).some(({ username, password }) => username === credentials.username && password === credentials.password) ||
      (isOfTokens(mechanism) && (await script.tokens?.(credentials)) === true);
    const scripted = typeof script.auth === 'function' ? script.auth(mechanism.toUpperCase()) : script.auth;
    const action = this.host.nextOf(scripted ?? (isKnown ? '235 2.7.0 welcome' : '535 5.7.8 credentials invalid'));
    const accepted = positive(action);
    const attempt: AuthAttempt = { mechanism, ...credentials, encrypted: this.isEncrypted(), accepted };
    this.record.authAttempts.push(attempt);
    if (accepted) this.username = credentials.username;
    else if (script.tokenChallenge !== undefined && isOfTokens(mechanism)) {
      attempt.answerToChallenge = await this.ask(`334 ${Buffer.from(script.tokenChallenge).toString('base64')}`);
    }
    return this.act(action);
  }

  private async ask(challenge: string): Promise<string | null> {
    await this.act(challenge);
    return this.reader.readLine();
  }

  private async begin(line: string): Promise<void> {
    if (this.transaction !== null) return this.act('503 5.5.1 nested MAIL');
    const { mail = '250 2.1.0 sender ok' } = this.host.script;
    const action = this.host.nextOf(typeof mail === 'function' ? mail(this.record.transactions.length + 1) : mail);
    const transaction: SmtpTransaction = {
      connection: this.record.id,
      from: pathIn(line),
      recipients: [],
      dataBegun: false,
      endOfDataSeen: false,
      raw: null,
      sha256: null,
      encrypted: this.isEncrypted(),
      username: this.username,
    };
    this.record.transactions.push(transaction);
    if (positive(action)) this.transaction = transaction;
    return this.act(action);
  }

  private async address(line: string): Promise<void> {
    if (this.transaction === null) return this.act('503 5.5.1 MAIL first');
    const { rcpt = '250 2.1.5 recipient ok' } = this.host.script;
    const address = pathIn(line);
    const action = this.host.nextOf(typeof rcpt === 'function' ? rcpt(address, this.transaction.recipients.length) : rcpt);
    this.transaction.recipients.push({ address, accepted: positive(action) });
    return this.act(action);
  }

  private async receive(): Promise<void> {
    const { script } = this.host;
    const isExpected = this.transaction?.recipients.some((recipient) => recipient.accepted) === true;
    const transaction = isExpected || script.takesDataAnyway === true ? this.record.transactions.at(-1) : undefined;
    if (transaction === undefined) {
      return this.act('503 5.5.1 no valid recipients');
    }
    const answer = this.host.nextOf(script.data ?? '354 go ahead');
    await this.act(answer);
    if (!positive(answer)) return;
    transaction.dataBegun = true;
    let trap = typeof script.body === 'function' ? script.body(this.record.transactions.length) : script.body;
    const raw = await this.reader.readBody(async (bytes) => {
      if (trap === undefined || bytes < trap.afterBytes) return;
      const { action } = trap;
      trap = undefined;
      if (action === 'stall') this.socket.pause();
      await this.act(action);
    });
    if (raw === null) return;
    transaction.endOfDataSeen = true;
    transaction.raw = raw;
    transaction.sha256 = createHash('sha256').update(raw).digest('hex');
    this.transaction = null;
    const { final: scripted = '250 2.0.0 queued' } = script;
    const final = this.host.nextOf(typeof scripted === 'function' ? scripted(this.record.transactions.length) : scripted);
    if (!refuses(final)) await this.host.keep(transaction);
    return this.act(final);
  }

  private async beginTls(answer: SmtpAction): Promise<void> {
    await this.act(answer);
    if (positive(answer)) await this.encrypt();
  }

  private async encrypt(): Promise<void> {
    const { handshake } = this.host.script;
    if (handshake !== undefined) await this.act(handshake);
    this.reader.detach();
    const clients = this.host.script.clientAuthorities === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
    const socket = new TLSSocket(this.plain, { isServer: true, secureContext: this.host.secureContext, ...clients });
    socket.on('error', () => undefined);
    socket.on('secure', () => {
      this.record.tls = socket.getProtocol();
      this.record.tlsResumed = socket.isSessionReused();
      // Node.js sets it on the server's side, though its types lack it; `false` without SNI.
      this.record.serverName = (socket as { servername?: string | false }).servername || null;
    });
    this.socket = socket;
    this.reader = new SocketReader(socket);
    const isSecure = await new Promise<boolean>((resolve) => {
      socket.once('secure', () => resolve(true)).once('error', () => resolve(false));
      this.plain.once('close', () => resolve(false));
    });
    if (isSecure) return;
    // Only the client may hang up now; otherwise it could not read the alert that says what is wrong.
    if (!this.plain.destroyed) await new Promise((resolve) => this.plain.once('close', resolve));
    throw new ConversationOver();
  }

  private isEncrypted(): boolean {
    return this.socket !== this.plain;
  }

  private async act(scripted: SmtpAction): Promise<void> {
    const action = this.host.nextOf(scripted);
    if (typeof action === 'string') return ENDS.has(action) ? this.end(action) : this.reply(replyLines(action));
    if ('raw' in action) {
      await this.write(action.raw);
      return action.then === undefined ? undefined : this.end(action.then);
    }
    if ('drip' in action) {
      for (const byte of replyLines(action.drip)) {
        await this.write(byte);
        await sleep(action.everyMs);
      }
      return;
    }
    if ('flood' in action) {
      for (let sent = 0; sent < action.flood; sent += FLOOD_LINE.length) await this.write(FLOOD_LINE);
      return;
    }
    if ('wait' in action) {
      await (typeof action.wait === 'number' ? sleep(action.wait) : action.wait);
      return this.act(action.then);
    }
    await this.write(replyLines(action.reply));
    return this.end(action.then);
  }

  private async end(how: string): Promise<never> {
    if (this.unsent !== '') await this.write('');
    if (how === 'reset') this.plain.resetAndDestroy();
    else if (how === 'close') await new Promise<void>((resolve) => this.socket.end(resolve));
    else if (!this.plain.destroyed) await new Promise((resolve) => this.plain.once('close', resolve));
    throw new ConversationOver();
  }

  private async reply(lines: string): Promise<void> {
    this.unsent += lines;
    if (this.host.script.repliesTogether !== true || !this.reader.hasLine) await this.write('');
  }

  private async write(more: string): Promise<void> {
    const bytes = this.unsent + more;
    this.unsent = '';
    if (this.socket.destroyed) throw new ConversationOver();
    await new Promise<void>((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(new ConversationOver()) : resolve()));
    });
  }
}

const isOfTokens = (mechanism: string): boolean => /^(?:XOAUTH2|OAUTHBEARER)$/i.test(mechanism);

const pathIn = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? '';

function replyLines(text: string): string {
  const lines = text.split('\n');
  const code = text.slice(0, 3);
  return lines
    .map((line, index) => {
      const rest = index === 0 ? line.slice(4) : line;
      return `${code}${index === lines.length - 1 ? ' ' : '-'}${rest}\r\n`;
    })
    .join('');
}

function textOf(action: SmtpAction): string {
  if (typeof action === 'string') return action;
  if ('drip' in action) return action.drip;
  if ('reply' in action) return action.reply;
  if ('wait' in action) return textOf(action.then);
  if ('raw' in action) return action.raw;
  return '';
}

const positive = (action: SmtpAction): boolean => /^[23]/.test(textOf(action));
const refuses = (action: SmtpAction): boolean => /^[45]/.test(textOf(action));
