// What nodemailer's SMTPConnection holds in place of a socket: it passes commands, body and replies on and sees nothing else.
import { Duplex } from 'node:stream';
import { type AttemptStage } from '@billing-mail/contracts';
import { type Link } from './link.js';
import { type Reply } from './reply.js';

// PIPELINING would let nodemailer send DATA before a recipient is accepted, and an empty message after all were refused: one
// command at a time keeps every reply at its stage. STARTTLS is done before nodemailer comes in.
const HIDDEN_EXTENSIONS = /^(?:PIPELINING|STARTTLS)\b/i;

const STAGES: readonly [RegExp, AttemptStage][] = [
  [/^(?:EHLO|HELO) /, 'greeting'],
  [/^AUTH /, 'auth'],
  [/^(?:MAIL FROM:|RSET\r\n)/, 'mail'],
  [/^RCPT TO:/, 'rcpt'],
  [/^DATA\r\n/, 'data'],
];

/** Told of each reply, with the command that it answers. */
export type Observer = (reply: Reply, stage: AttemptStage, command: string) => void;

/**
 * A stand-in for `net.Socket` with the parts that SMTPConnection uses. Time limits are the link's, so `setTimeout` and its
 * like have nothing to do here.
 */
export class NodemailerSocket extends Duplex {
  observer: Observer | null = null;
  private command = '';

  constructor(
    private readonly link: Link,
    greeting: Reply,
  ) {
    super({ allowHalfOpen: false });
    link.listen((reply, stage) => this.passOn(reply, stage));
    link.onEnd(() => this.destroy());
    // The greeting was read before nodemailer came in, and before TLS where that is negotiated.
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

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.link.takesBody) return this.link.body(chunk, done);
    this.command = chunk.toString('latin1');
    // What has no verb of its own continues AUTH (RFC 4954 4).
    this.link.command(chunk, STAGES.find(([verb]) => verb.test(this.command))?.[1] ?? 'auth');
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.link.abandon();
    done(error);
  }

  private passOn(reply: Reply, stage: AttemptStage): void {
    const command = this.command;
    if (stage === 'data' && reply.code < 400) this.link.beginBody();
    this.observer?.(reply, stage, command);
    if (!this.destroyed) this.push(onWire(/^EHLO /.test(command) ? withoutHidden(reply) : reply));
  }
}

function withoutHidden(reply: Reply): Reply {
  return { ...reply, lines: reply.lines.filter((line, index) => index === 0 || !HIDDEN_EXTENSIONS.test(line)) };
}

const onWire = ({ code, lines }: Reply): string =>
  lines.map((line, index) => `${code}${index === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join('');
