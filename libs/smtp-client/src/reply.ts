// Reads SMTP replies (RFC 5321 4.2) out of whatever bytes a peer sends, in bounded memory. Pure.
import { type AttemptStage } from '@billing-mail/contracts';
import { type SmtpFact } from '@billing-mail/mail-core';

/** One complete reply. `lines` are without code and separator. */
export type Reply = { code: number; enhancedCode: string | null; lines: string[] };

/** A reply, or why what came is none. */
export type Reading = { type: 'reply'; reply: Reply } | { type: 'violation'; text: string };

// RFC 5321 4.5.3.1.5 gives a line 512 octets. Real EHLO answers stay under 2 KiB; the bounds only stop a peer that never ends.
const MAX_REPLY_BYTES = 64 * 1024;
const MAX_REPLY_LINES = 512;
/** A delivery keeps this much of a reply, see `failureReason.reply` in contracts. */
export const MAX_REPLY_CHARACTERS = 500;

const LF = 0x0a;
const CR = 0x0d;
const LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/s;
const ENHANCED_CODE = /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/;

/** Incremental reader: `push` bytes as they come, then `next` until it answers `null`. */
export class ReplyReader {
  private rest: Buffer = Buffer.alloc(0);
  private lines: string[] = [];
  private code: string | null = null;
  private bytes = 0;

  /** Whether the peer has begun something that is no complete reply yet. */
  get hasUnread(): boolean {
    return this.rest.length > 0 || this.lines.length > 0;
  }

  push(chunk: Buffer): void {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
  }

  next(): Reading | null {
    for (;;) {
      const end = this.rest.indexOf(LF);
      if (end < 0) return this.bytes + this.rest.length > MAX_REPLY_BYTES ? this.tooLong() : null;
      const line = decode(this.rest.subarray(0, end > 0 && this.rest[end - 1] === CR ? end - 1 : end));
      this.rest = this.rest.subarray(end + 1);
      this.bytes += end + 1;
      if (this.bytes > MAX_REPLY_BYTES || this.lines.length >= MAX_REPLY_LINES) return this.tooLong();
      // Some servers put an empty line before a reply; it means nothing.
      if (line.trim() === '' && this.lines.length === 0) continue;
      const reading = this.takeLine(line);
      if (reading !== null) return reading;
    }
  }

  private takeLine(line: string): Reading | null {
    const [, code, separator, text = ''] = LINE.exec(line) ?? [];
    if (code === undefined) return { type: 'violation', text: `not an SMTP reply: ${printable(line)}` };
    if (this.code !== null && this.code !== code) return { type: 'violation', text: `reply changes its code from ${this.code} to ${code}` };
    this.code = code;
    this.lines.push(text);
    if (separator === '-') return null;
    const reply: Reply = { code: Number(code), enhancedCode: ENHANCED_CODE.exec(this.lines[0] ?? '')?.[1] ?? null, lines: this.lines };
    this.lines = [];
    this.code = null;
    this.bytes = 0;
    return { type: 'reply', reply };
  }

  private tooLong(): Reading {
    this.rest = Buffer.alloc(0);
    return { type: 'violation', text: `reply without end: more than ${MAX_REPLY_BYTES} bytes or ${MAX_REPLY_LINES} lines` };
  }
}

// Reply text has no declared charset (RFC 5321 4.2.1); UTF-8 is common, and Latin-1 reads everything else byte for byte.
function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}

/** Text of a peer as it may be stored and shown: bounded, no control characters but line ends (PostgreSQL refuses NUL). */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  const clean = text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ').trim();
  return clean.slice(0, MAX_REPLY_CHARACTERS).toWellFormed();
}

export const replyText = (reply: Reply): string => printable(reply.lines.join('\n'));

export const isSuccess = (reply: Reply): boolean => reply.code >= 200 && reply.code < 300;

export const isPositive = (reply: Reply): boolean => reply.code >= 200 && reply.code < 400;

/** The fact that an unwelcome reply is: a refusal by 4xx or 5xx, anything else at this place breaks the protocol. */
export function replyFact(stage: AttemptStage, reply: Reply): SmtpFact {
  const text = replyText(reply);
  if (reply.code < 400) return { kind: 'protocol', stage, text: `unexpected reply ${reply.code} ${text}`.trim() };
  return { kind: 'reply', stage, code: reply.code, enhancedCode: reply.enhancedCode, text };
}
