// The stand-in for a socket that nodemailer's SMTPConnection uses while a session is being opened. It passes commands and replies on.
import { Duplex } from 'node:stream';
import { type Link } from './link.js';
import { type Reply } from './reply.js';

/**
 * A stand-in for `net.Socket` with the parts that SMTPConnection uses. The link enforces the time limits, so `setTimeout` and
 * similar methods do nothing here.
 */
export class NodemailerSocket extends Duplex {
  /** The reply to the last EHLO. */
  ehlo: Reply | null = null;
  lastReply: Reply | null = null;
  private command = '';
  private isLetGo = false;
  private readonly stopListening: () => void;

  constructor(
    private readonly link: Link,
    greeting: Reply,
  ) {
    super({ allowHalfOpen: false });
    link.listen((reply) => this.passOn(reply));
    this.stopListening = link.onEnd(() => this.destroy());
    // The greeting was read before nodemailer took part, and with STARTTLS before the TLS handshake.
    this.push(onWire(greeting));
  }

  get remoteAddress(): string | undefined {
    return this.link.socket.remoteAddress;
  }
  get remotePort(): number | undefined {
    return this.link.socket.remotePort;
  }
  setTimeout(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }

  /** Separates this stand-in from the link: from now on, closing one does not close the other. */
  letGo(): void {
    this.isLetGo = true;
    this.stopListening();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.command = chunk.toString('latin1');
    // Everything but EHLO and HELO belongs to AUTH; a line without a verb continues it (RFC 4954 4).
    this.link.command(chunk, /^(?:EHLO|HELO) /.test(this.command) ? 'greeting' : 'auth');
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.isLetGo) this.link.abandon();
    done(error);
  }

  private passOn(reply: Reply): void {
    this.lastReply = reply;
    if (this.command.startsWith('EHLO ')) this.ehlo = reply;
    if (!this.destroyed) this.push(onWire(reply));
  }
}

const onWire = ({ code, lines }: Reply): string =>
  lines.map((line, index) => `${code}${index === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join('');
