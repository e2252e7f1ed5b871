// Counts the values that JSON.parse would create while the bytes are still arriving: 38 MB of "[" take JSON.parse 12 seconds and 4 GB, and
// nobody can stop it.

/** Deepest nesting; the bodies that the services expect have five levels. */
export const MOST_DEPTH = 32;
/** Most values of one body: enough for some 80,000 recipients with their names. */
export const MOST_VALUES = 250_000;

/**
 * Most fields of one object; the objects that the services expect have some twenty. Each field has a name, which costs V8 far more than a
 * place in a list.
 */
export const MOST_FIELDS = 1_000;

export type TooMuchJson = 'too-deep' | 'too-many-values' | 'too-many-fields';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Scans UTF-8 chunk by chunk. Only JSON.parse can tell whether the text is JSON at all; within these bounds that is cheap. */
export class JsonScan {
  /** Values within the outermost one so far, or a few more: each comma and each opening bracket counts as one. */
  values = 0;
  private depth = 0;
  /** By level: how many fields the object there has had before the current one; `-Infinity` for a list, whose elements are not counted. */
  private readonly fields = new Float64Array(MOST_DEPTH + 1);
  private isInString = false;
  private isEscaped = false;

  constructor(private readonly mostValues = MOST_VALUES) {}

  /** Scans the next chunk. Returns the bound that the text exceeds, after which it must not be called again, or `null` if there is none. */
  scan(chunk: Uint8Array): TooMuchJson | null {
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.isInString) at = this.endOfString(chunk, at);
      else {
        this.count(chunk[at]);
        if (this.depth > MOST_DEPTH) return 'too-deep';
        if (this.values > this.mostValues) return 'too-many-values';
        if ((this.fields[this.depth] ?? 0) >= MOST_FIELDS) return 'too-many-fields';
      }
    }
    return null;
  }

  private count(byte: number | undefined): void {
    if (byte === QUOTE) this.isInString = true;
    else if (byte === COMMA) {
      this.values += 1;
      this.fields[this.depth] = (this.fields[this.depth] ?? 0) + 1;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.depth -= 1;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      this.values += 1;
      this.depth += 1;
      this.fields[this.depth] = byte === OPEN_LIST ? -Infinity : 0;
    }
  }

  // Returns the index at which the string ends, or the end of the chunk if the string continues in the next one. A document in base64 is
  // one string; scanning it byte by byte would take four times as long as JSON.parse.
  private endOfString(chunk: Uint8Array, from: number): number {
    let begin = from + (this.isEscaped ? 1 : 0);
    for (;;) {
      const quote = chunk.indexOf(QUOTE, begin);
      const end = quote === -1 ? chunk.length : quote;
      let backslashes = 0;
      while (end - backslashes > begin && chunk[end - backslashes - 1] === BACKSLASH) backslashes += 1;
      this.isEscaped = backslashes % 2 === 1;
      if (quote === -1) return end;
      if (!this.isEscaped) {
        this.isInString = false;
        return end;
      }
      begin = end + 1;
    }
  }
}
