// One connection of the scripted SMTP server: goes through the conversation and records what the client did.
import { createHash } from 'node:crypto';
import { type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext, TLSSocket } from 'node:tls';
import { type SmtpConnectionRecord, type SmtpTransaction } from './smtp-records.js';
import { SocketReader } from './socket-reader.js';
import { type SmtpAction, type SmtpScript } from './smtp-script.js';
import { tlsCertificates } from './tls-certificates.js';

/** What the peer needs of its server. */
export type PeerHost = {
  /** As it stands now: it may change between two commands. */
  readonly script: SmtpScript;
  /** Resolves `inTurn`. */
  nextOf(action: SmtpAction): Exclude<SmtpAction, { inTurn: SmtpAction[] }>;
  /** The end of data of a message has come and will not be refused. */
  keep(transaction: SmtpTransaction): Promise<void>;
};

const DEFAULT_EXTENSIONS = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES'];
const DEFAULT_MAX_BYTES = 100_000_000;
const ENDS = new Set(['close', 'reset', 'stall']);
const FLOOD_LINE = `250-${'x'.repeat(900)}\r\n`;

/** Thrown inside the conversation to leave it: the script has ended the connection, or the client has. */
class ConversationOver extends Error {}

export class SmtpPeer {
  private socket: Socket;
  private reader: SocketReader;
  private username: string | null = null;
  private transaction: SmtpTransaction | null = null;

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

  private async answer(line: string): Promise<void> {
    const { script } = this.host;
    switch (/^[A-Z]+/i.exec(line)?.[0].toUpperCase()) {
      case 'EHLO':
        return this.act(script.ehlo ?? this.announcement());
      case 'HELO':
        return this.act(script.helo ?? '250 scripted.test');
      case 'STARTTLS':
        await this.act(script.starttls ?? '220 go ahead');
        return this.encrypt();
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
      ...(script.accounts !== undefined ? [`AUTH ${script.mechanisms ?? 'PLAIN LOGIN'}`] : []),
    ];
    return ['250 scripted.test', ...extensions].join('\n');
  }

  private async authenticate(line: string): Promise<void> {
    const [, mechanism = '', initial] = line.split(' ');
    const decode = (text: string | null | undefined) => Buffer.from(text ?? '', 'base64').toString('utf8');
    let [username = '', password = ''] = ['', ''];
    if (mechanism.toUpperCase() === 'PLAIN') {
      const token = initial ?? (await this.ask('334 '));
      [, username = '', password = ''] = decode(token).split('\0');
    } else if (mechanism.toUpperCase() === 'LOGIN') {
      username = decode(initial ?? (await this.ask('334 VXNlcm5hbWU6')));
      password = decode(await this.ask('334 UGFzc3dvcmQ6'));
    } else return this.act('504 5.5.4 mechanism not known');
    const isKnown = (this.host.script.accounts ?? []).some((account) => account.username === username && account.password === password);
    const action = this.host.nextOf(this.host.script.auth ?? (isKnown ? '235 2.7.0 welcome' : '535 5.7.8 credentials invalid'));
    const accepted = positive(action);
    this.record.authAttempts.push({ mechanism, username, password, encrypted: this.isEncrypted(), accepted });
    if (accepted) this.username = username;
    return this.act(action);
  }

  private async ask(challenge: string): Promise<string | null> {
    await this.act(challenge);
    return this.reader.readLine();
  }

  private async begin(line: string): Promise<void> {
    if (this.transaction !== null) return this.act('503 5.5.1 nested MAIL');
    const action = this.host.nextOf(this.host.script.mail ?? '250 2.1.0 sender ok');
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
    const transaction = this.transaction;
    if (transaction === null || !transaction.recipients.some((recipient) => recipient.accepted)) {
      return this.act('503 5.5.1 no valid recipients');
    }
    const answer = this.host.nextOf(script.data ?? '354 go ahead');
    await this.act(answer);
    if (!positive(answer)) return;
    transaction.dataBegun = true;
    let trap = script.body;
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
    const final = this.host.nextOf(script.final ?? '250 2.0.0 queued');
    if (!refuses(final)) await this.host.keep(transaction);
    return this.act(final);
  }

  private async encrypt(): Promise<void> {
    const { script } = this.host;
    if (script.handshake !== undefined) await this.act(script.handshake);
    const certificates = tlsCertificates();
    this.reader.detach();
    const version =
      script.maxTlsVersion === undefined
        ? {}
        : { minVersion: 'TLSv1' as const, maxVersion: script.maxTlsVersion, ciphers: 'DEFAULT@SECLEVEL=0' };
    const secureContext = createSecureContext({
      key: certificates.keyPem,
      cert: certificates.chainOf(script.certificate ?? 'good'),
      ...version,
    });
    const socket = new TLSSocket(this.plain, { isServer: true, secureContext });
    socket.on('error', () => undefined);
    socket.on('secure', () => {
      this.record.tls = socket.getProtocol();
      // Set by Node on the server's side, though not in its types; `false` without SNI.
      this.record.serverName = (socket as { servername?: string | false }).servername || null;
    });
    this.socket = socket;
    this.reader = new SocketReader(socket);
  }

  private isEncrypted(): boolean {
    return this.socket !== this.plain;
  }

  private async act(scripted: SmtpAction): Promise<void> {
    const action = this.host.nextOf(scripted);
    if (typeof action === 'string') return ENDS.has(action) ? this.end(action) : this.write(replyLines(action));
    if ('raw' in action) return this.write(action.raw);
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
    if (how === 'reset') this.plain.resetAndDestroy();
    else if (how === 'close') await new Promise<void>((resolve) => this.socket.end(resolve));
    else if (!this.plain.destroyed) await new Promise((resolve) => this.plain.once('close', resolve));
    throw new ConversationOver();
  }

  private async write(bytes: string): Promise<void> {
    if (this.socket.destroyed) throw new ConversationOver();
    await new Promise<void>((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(new ConversationOver()) : resolve()));
    });
  }
}

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
