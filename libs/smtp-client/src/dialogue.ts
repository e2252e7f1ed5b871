// Records what both sides said during one try, and when. The record is turned into text only for a try that needs a transcript.
import { type AttemptStage } from '@billing-mail/contracts';
import { cleanReply } from '@billing-mail/mail-core';
import { type Redact } from './redacting.js';
import { replyText, type Reply } from './reply.js';

/** Readers of a transcript look at its beginning and its end, and the size of a row must not depend on what a server says. */
const MOST_LINES = 100;
const MOST_BYTES = 8 * 1024;
/** A delivery to thousands of recipients takes hundreds of transactions: the middle is dropped while it is recorded. */
const MOST_TURNS = 300;
/** `cleanReply` keeps 500 characters of a line, but a server may send 64 KiB, which each turn would keep in memory. */
const MOST_HELD = 2_000;
/** Anything shorter may be a word that a server uses anyway. */
const LEAST_BLANKED = 8;
const MASK = '***';
const LEFT_OUT = '[…]';

/** `words`: our commands, a reply, a note, or how many bytes of a message were sent. */
type Turn = { atMs: number; by: 'C' | 'S' | '-'; words: string | Reply | number; redact: Redact | null };

/**
 * What we send to sign in is masked at once. The secret, and what we sent to sign in, are removed from the server's replies only when the
 * transcript is written, so that a normal delivery does not pay for the search (docs/operating.md, Transcripts).
 */
export class Dialogue {
  private readonly beganMs = performance.now();
  private readonly turns: Turn[] = [];
  private readonly blanked: string[] = [];
  private isCut = false;

  /** Records one or more of our commands, as they go on the wire. */
  said(commands: string, stage: AttemptStage | undefined): void {
    this.add('C', stage === 'auth' ? this.withoutSecret(commands) : commands, null);
  }

  /** Records that a message of this many bytes and its end of data were sent. */
  sent(bytes: number): void {
    this.add('C', bytes, null);
  }

  heard(reply: Reply, redact: Redact): void {
    this.add('S', bounded(reply), redact);
  }

  /** Records an event that neither side said. */
  noted(what: string): void {
    this.add('-', what, null);
  }

  /**
   * Returns the transcript line by line, with the seconds since the try began; `null` if nothing happened. Beyond 100 lines or 8 KiB the
   * middle is left out.
   */
  written(): string | null {
    const lines = this.turns.flatMap((turn, index) => [
      ...(this.isCut && index === MOST_TURNS / 3 ? [LEFT_OUT] : []),
      ...this.linesOf(turn).map((line) => `+${((turn.atMs - this.beganMs) / 1000).toFixed(3)} ${turn.by} ${line}`),
    ]);
    return lines.length === 0 ? null : beginningAndEnd(lines).join('\n');
  }

  private add(by: Turn['by'], words: Turn['words'], redact: Redact | null): void {
    this.turns.push({ atMs: performance.now(), by, words, redact });
    if (this.turns.length <= MOST_TURNS) return;
    this.turns.splice(MOST_TURNS / 3, MOST_TURNS / 3);
    this.isCut = true;
  }

  /** RFC 4954 4: what follows the mechanism, and every line that continues AUTH, contains the secret in some form. */
  private withoutSecret(line: string): string {
    const [, command = '', secret = ''] = /^(AUTH \S+ ?)?(.*?)\r?\n?$/s.exec(line) ?? [];
    if (secret.length >= LEAST_BLANKED) this.blanked.push(secret);
    return `${command}${secret === '' ? '' : MASK}`;
  }

  private linesOf({ words, redact }: Turn): string[] {
    if (typeof words === 'number') return [`(message of ${words} bytes, end of data)`];
    if (typeof words === 'string') return shown(words.trimEnd().split('\r\n').map(withoutOriginal));
    let told = replyText(words);
    for (const secret of this.blanked) told = told.replaceAll(secret, MASK);
    return shown((redact?.(told) ?? told).split('\n'));
  }
}

const shown = (lines: readonly string[]): string[] => lines.map((line) => cleanReply(line) ?? '');

/** ORCPT repeats the same address in an encoding of its own (RFC 3461 4.2). */
const withoutOriginal = (command: string): string => command.replace(/ ORCPT=\S+/, '');

function bounded(reply: Reply): Reply {
  let length = 0;
  for (const line of reply.lines) length += line.length;
  if (length <= MOST_HELD) return reply;
  // A copy, because a substring keeps the whole string in memory.
  const text = Buffer.from(reply.lines.join('\n').slice(0, MOST_HELD)).toString();
  return { ...reply, lines: text.split('\n') };
}

function beginningAndEnd(lines: readonly string[]): readonly string[] {
  const fitting = (candidates: readonly string[], most: number): number => {
    let bytes = 0;
    const beyond = candidates.findIndex((line, index) => index === most || (bytes += Buffer.byteLength(line) + 1) > (MOST_BYTES - 16) / 2);
    return beyond === -1 ? candidates.length : beyond;
  };
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  if (lines.length <= MOST_LINES && bytes <= MOST_BYTES) return lines;
  const first = fitting(lines, MOST_LINES / 2);
  const last = fitting(lines.slice(first + 1).reverse(), MOST_LINES / 2 - 1);
  return [...lines.slice(0, first), LEFT_OUT, ...lines.slice(lines.length - last)];
}
