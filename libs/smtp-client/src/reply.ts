// Parses SMTP replies (RFC 5321 4.2) from whatever bytes a peer sends, in bounded memory. Pure.
import { isUtf8 } from 'node:buffer';
import { type AttemptStage } from '@billing-mail/contracts';
import { parseEnhancedCode, type SmtpFact } from '@billing-mail/mail-core';

/**
 * One complete reply. `lines` are without code and separator; they are untrusted. `isMixed`: earlier lines had a positive code, for example
 * because the server began a greeting and then refused.
 */
export type Reply = { code: number; lines: string[]; isMixed?: true };

/** A reply, or why the input is not one. */
export type Reading = { type: 'reply'; reply: Reply } | { type: 'violation'; text: string };

// RFC 5321 4.5.3.1.5 allows a line 512 octets. Real EHLO replies stay under 2 KiB; these limits only stop a peer whose reply never ends.
const MAX_REPLY_BYTES = 64 * 1024;
const MAX_REPLY_LINES = 512;
// As much of a reply as a person or a rule could need; otherwise 64 KiB would end up in logs and rows.
export const MAX_TEXT_CHARACTERS = 4000;

const LF = 0x0a;
const CR = 0x0d;
// RFC 5321 4.2: only the code counts. Real servers also put a tab or nothing after it.
const LINE = /^([2-5]\d\d)(?!\d)([- \t]?)(.*)$/s;

/** Incremental parser: `push` bytes as they arrive, then call `next` until it returns `null`. */
export class ReplyReader {
  private rest: Buffer = Buffer.alloc(0);
  private lines: string[] = [];
  private code: string | null = null;
  private bytes = 0;
  private isMixed = false;
  /** Whether the last line read has no code although the reply has one: then we cannot know whether the reply is complete. */
  endsWithoutCode = false;

  /** Whether there is input that `next` has not returned as a reply. */
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
    this.endsWithoutCode = code === undefined && this.code !== null;
    if (code === undefined) {
      if (this.code === null) return { type: 'violation', text: `not an SMTP reply: ${line.slice(0, MAX_TEXT_CHARACTERS)}` };
      this.lines.push(line);
      return null;
    }
    if (this.code !== null && this.code[0] !== code[0]) {
      if (isWelcome(code)) return { type: 'violation', text: `reply changes its code from ${this.code} to ${code}` };
      this.isMixed ||= isWelcome(this.code);
      this.lines = [];
    }
    this.code = code;
    this.lines.push(text);
    return separator === '-' ? null : this.conclude(code);
  }

  /** Returns what has arrived of a reply that will not be completed; `null` if not even its code has arrived. */
  finish(): Reply | null {
    const rest = decode(this.rest);
    this.rest = Buffer.alloc(0);
    const reading = rest.trim() === '' ? null : this.takeLine(rest);
    if (reading !== null) return reading.type === 'reply' ? reading.reply : null;
    return this.code === null ? null : this.conclude(this.code).reply;
  }

  private conclude(code: string): { type: 'reply'; reply: Reply } {
    const reply: Reply = { code: Number(code), lines: this.lines, ...(this.isMixed ? { isMixed: true } : {}) };
    this.lines = [];
    this.code = null;
    this.bytes = 0;
    this.isMixed = false;
    this.endsWithoutCode = false;
    return { type: 'reply', reply };
  }

  private tooLong(): Reading {
    this.rest = Buffer.alloc(0);
    return { type: 'violation', text: `reply without end: more than ${MAX_REPLY_BYTES} bytes or ${MAX_REPLY_LINES} lines` };
  }
}

const isWelcome = (code: string): boolean => code < '400';

// Reply text has no declared charset (RFC 5321 4.2.1); UTF-8 is common, and Latin-1 reads everything else byte for byte.
const decode = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');

/** Returns the reply as it came, cut to `MAX_TEXT_CHARACTERS`. */
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

/** Returns an unwelcome reply as a fact: 4xx and 5xx are refusals, and anything else violates the protocol here. */
export function replyFact(stage: AttemptStage, reply: Reply): SmtpFact {
  const text = replyText(reply);
  if (reply.code < 400) return { kind: 'protocol', stage, text: `unexpected reply: ${text}` };
  return { kind: 'reply', stage, code: reply.code, enhancedCode: parseEnhancedCode(text, reply.code), text };
}
