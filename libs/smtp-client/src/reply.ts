// Reads SMTP replies (RFC 5321 4.2) out of whatever bytes a peer sends, in bounded memory. Pure.
import { isUtf8 } from 'node:buffer';
import { type AttemptStage } from '@billing-mail/contracts';
import { parseEnhancedCode, type SmtpFact } from '@billing-mail/mail-core';

/** One complete reply. `lines` are without code and separator, untrusted. */
export type Reply = { code: number; lines: string[] };

/** A reply, or why what came is none. */
export type Reading = { type: 'reply'; reply: Reply } | { type: 'violation'; text: string };

// RFC 5321 4.5.3.1.5 gives a line 512 octets. Real EHLO answers stay under 2 KiB; the bounds only stop a peer that never ends.
const MAX_REPLY_BYTES = 64 * 1024;
const MAX_REPLY_LINES = 512;
// What a person or a rule could want of it; 64 KiB would end up in logs and rows.
const MAX_TEXT_CHARACTERS = 4000;

const LF = 0x0a;
const CR = 0x0d;
const LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/s;

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
    if (code === undefined) return { type: 'violation', text: `not an SMTP reply: ${line.slice(0, MAX_TEXT_CHARACTERS)}` };
    if (this.code !== null && this.code !== code) return { type: 'violation', text: `reply changes its code from ${this.code} to ${code}` };
    this.code = code;
    this.lines.push(text);
    if (separator === '-') return null;
    const reply: Reply = { code: Number(code), lines: this.lines };
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
const decode = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');

/** The reply as it came, bounded. */
export function replyText({ code, lines }: Reply): string {
  const last = lines.length - 1;
  return lines
    .map((line, index) => `${code}${index === last ? ' ' : '-'}${line}`)
    .join('\n')
    .slice(0, MAX_TEXT_CHARACTERS)
    .toWellFormed();
}

export const isSuccess = (reply: Reply): boolean => reply.code >= 200 && reply.code < 300;

export const isPositive = (reply: Reply): boolean => reply.code >= 200 && reply.code < 400;

/** The fact that an unwelcome reply is: a refusal by 4xx or 5xx, anything else at this place breaks the protocol. */
export function replyFact(stage: AttemptStage, reply: Reply): SmtpFact {
  const text = replyText(reply);
  if (reply.code < 400) return { kind: 'protocol', stage, text: `unexpected reply: ${text}` };
  return { kind: 'reply', stage, code: reply.code, enhancedCode: parseEnhancedCode(text, reply.code), text };
}
