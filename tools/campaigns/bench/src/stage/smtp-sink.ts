// An SMTP server that accepts all mail and stores none of it. It searches for the end of data with native code, so
// that it is never the bottleneck.
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { clock } from './clock.js';

export type SinkOptions = {
  /** Offers STARTTLS and, after it, a login that accepts every password. */
  tls?: { keyPem: string; certificatePem: string };
  /** Says 451 to every sender. */
  refuses?: boolean;
  /**
   * Simulates a distance, as a round trip in milliseconds. Commands and answers take half of it each way, so each answer comes one round
   * trip later, and the greeting two, because SYN, SYN-ACK and ACK cross the distance first.
   */
  roundTripMs?: number;
};

export type SinkTotals = { messages: number; recipients: number; bytes: number; connections: number; signed: number };

/** When a message was taken, its first recipient, and how many recipients were served by then. */
export type Arrival = { recipient: string; at: number; served: number };

const END_OF_DATA = Buffer.from('\r\n.\r\n');
const SIGNED = Buffer.from('multipart/signed');
/** The number of bytes at the end of a piece that may be the beginning of one of these. */
const TAIL_BYTES = SIGNED.length - 1;
/** Every header ends within this many bytes, even one with many recipients. */
const HEADER_BYTES = 100_000;

export class SmtpSink {
  readonly arrivals: Arrival[] = [];
  totals: SinkTotals = { messages: 0, recipients: 0, bytes: 0, connections: 0, signed: 0 };
  private readonly context: SecureContext | null;
  private readonly server: Server;
  private awaited: { recipients: number; tell: (at: number) => void }[] = [];

  constructor(readonly options: SinkOptions = {}) {
    const { tls } = options;
    this.context = tls === undefined ? null : createSecureContext({ key: tls.keyPem, cert: tls.certificatePem });
    this.server = createServer({ noDelay: true }, (socket) => {
      this.totals.connections += 1;
      const connection = new SinkConnection(this, socket, this.context);
      if (options.roundTripMs === undefined) connection.greet();
      else {
        socket.pause();
        setTimeout(() => (connection.greet(), socket.resume()), options.roundTripMs);
      }
    });
  }

  /** Listens on loopback. Resolves with the port. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', 2048, resolve));
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.server.close();
  }

  forget(): void {
    this.arrivals.length = 0;
    this.awaited = [];
    this.totals = { messages: 0, recipients: 0, bytes: 0, connections: 0, signed: 0 };
  }

  /** Resolves when that many recipients have been served since `forget`, with the time of the last of them. */
  reach(recipients: number): Promise<number> {
    const reached = this.arrivals.find(({ served }) => served >= recipients);
    if (reached !== undefined) return Promise.resolve(reached.at);
    return new Promise((tell) => this.awaited.push({ recipients, tell }));
  }

  take(recipients: readonly string[], bytes: number, isSigned: boolean): void {
    const at = clock();
    const { totals } = this;
    totals.messages += 1;
    totals.recipients += recipients.length;
    totals.bytes += bytes;
    totals.signed += Number(isSigned);
    this.arrivals.push({ recipient: recipients[0] ?? '', at, served: totals.recipients });
    const [reached] = this.awaited;
    if (reached === undefined || reached.recipients > totals.recipients) return;
    this.awaited.shift();
    reached.tell(at);
  }
}

class SinkConnection {
  private line = '';
  private recipients: string[] = [];
  private inData = false;
  private isSigned = false;
  private isEncrypted = false;
  private bytes = 0;
  /** Number of lines of a login that are still to come. */
  private loginLines = 0;
  /** The last bytes of the previous piece, in which an end of data may have begun. */
  private tail = Buffer.alloc(0);
  private answers = '';

  constructor(
    private readonly sink: SmtpSink,
    private socket: Socket,
    private readonly context: SecureContext | null,
  ) {
    this.listenTo(socket);
  }

  greet(): void {
    this.say('220 sink.example ESMTP\r\n');
  }

  private listenTo(socket: Socket): void {
    // Clients may disconnect at any time.
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece: Buffer) => this.read(piece));
  }

  private read(piece: Buffer): void {
    let rest = piece;
    while (rest.length > 0) rest = this.inData ? this.readData(rest) : this.readLine(rest);
    this.answer();
  }

  /** Sends all answers to one piece in one write. */
  private answer(): void {
    if (this.answers !== '') this.say(this.answers);
    this.answers = '';
  }

  private say(answers: string): void {
    this.afterTheWay(() => this.socket.write(answers));
  }

  /** Runs `work` one round trip later. Timers of the same length fire in the order in which they were set. */
  private afterTheWay(work: () => void): void {
    const { roundTripMs } = this.sink.options;
    if (roundTripMs === undefined) work();
    else setTimeout(work, roundTripMs);
  }

  private readData(piece: Buffer): Buffer {
    if (!this.isSigned && this.bytes < HEADER_BYTES) this.isSigned = this.find(SIGNED, piece) !== -1;
    const end = this.find(END_OF_DATA, piece);
    if (end === -1) {
      this.bytes += piece.length;
      this.tail = Buffer.concat([this.tail, piece.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
      return piece.subarray(piece.length);
    }
    this.sink.take(this.recipients, this.bytes + end, this.isSigned);
    this.inData = false;
    this.recipients = [];
    this.answers += '250 2.0.0 taken\r\n';
    return piece.subarray(end);
  }

  /** Returns the position after these bytes, or -1. They may have begun in the previous piece. */
  private find(bytes: Buffer, piece: Buffer): number {
    const seam = Buffer.concat([this.tail, piece.subarray(0, bytes.length - 1)]).indexOf(bytes);
    if (seam !== -1) return seam + bytes.length - this.tail.length;
    const at = piece.indexOf(bytes);
    return at === -1 ? -1 : at + bytes.length;
  }

  private readLine(piece: Buffer): Buffer {
    const end = piece.indexOf(10);
    if (end === -1) {
      this.line += piece.toString('latin1');
      return piece.subarray(piece.length);
    }
    const line = this.line + piece.toString('latin1', 0, end);
    this.line = '';
    this.obey(line.trimEnd());
    return piece.subarray(end + 1);
  }

  private obey(line: string): void {
    if (this.loginLines > 0) return this.continueLogin();
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO') this.answers += this.capabilities();
    else if (verb === 'MAIL') this.answers += this.sink.options.refuses === true ? '451 4.3.0 not now\r\n' : '250 2.1.0 ok\r\n';
    else if (verb === 'RCPT') this.addRecipient(line);
    else if (verb === 'DATA') this.beginData();
    else if (verb === 'AUTH') this.beginLogin(line);
    else if (verb === 'STAR' && this.context !== null) this.encrypt(this.context);
    else if (verb === 'QUIT') this.quit();
    else {
      if (verb === 'RSET') this.recipients = [];
      this.answers += '250 2.0.0 ok\r\n';
    }
  }

  private capabilities(): string {
    const secure = this.context === null ? [] : this.isEncrypted ? ['AUTH PLAIN LOGIN'] : ['STARTTLS'];
    const lines = ['sink.example', 'PIPELINING', 'SIZE 104857600', '8BITMIME', 'ENHANCEDSTATUSCODES', ...secure];
    return lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join('');
  }

  private addRecipient(line: string): void {
    this.recipients.push(line.slice(line.indexOf('<') + 1, line.lastIndexOf('>')));
    this.answers += '250 2.1.5 ok\r\n';
  }

  private beginData(): void {
    if (this.recipients.length === 0) {
      this.answers += '503 5.5.1 no recipients\r\n';
      return;
    }
    this.inData = true;
    this.isSigned = false;
    this.bytes = 0;
    this.tail = Buffer.from('\r\n');
    this.answers += '354 go ahead\r\n';
  }

  private beginLogin(line: string): void {
    const [, mechanism = '', initial] = line.split(' ');
    this.loginLines = (mechanism.toUpperCase() === 'LOGIN' ? 2 : 1) - Number(initial !== undefined);
    this.askForLogin();
  }

  private continueLogin(): void {
    this.loginLines -= 1;
    this.askForLogin();
  }

  private askForLogin(): void {
    this.answers += this.loginLines > 0 ? '334 \r\n' : '235 2.7.0 welcome\r\n';
  }

  private encrypt(secureContext: SecureContext): void {
    this.answers += '220 2.0.0 go ahead\r\n';
    this.answer();
    this.socket.removeAllListeners('data');
    this.isEncrypted = true;
    this.socket = new TLSSocket(this.socket, { isServer: true, secureContext });
    this.listenTo(this.socket);
  }

  private quit(): void {
    this.answers += '221 2.0.0 bye\r\n';
    this.answer();
    this.afterTheWay(() => this.socket.end());
  }
}
