// Counts what JSON.parse would make of a text while its bytes still come in: 38 MB of "[" take it 12 seconds and 4 GB, and nobody can stop it.

/** Deepest nesting: what the services take has five levels. */
export const MOST_DEPTH = 32;
/** Values of one body: some 80,000 recipients with their names. */
export const MOST_VALUES = 250_000;

/** Fields of one object: what the services take has some twenty. Each has a name of its own, which costs V8 far more than a place in a list. */
export const MOST_FIELDS = 1_000;

export type TooMuchJson = 'too-deep' | 'too-many-values' | 'too-many-fields';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Reads UTF-8 chunk by chunk. Whether it is JSON at all only JSON.parse can tell; within these bounds that is cheap. */
export class JsonScan {
  /** Values so far, or a few more: each comma and each bracket stands for one. */
  values = 0;
  private depth = 0;
  /** By level: how many fields the object there has so far; of a list none are counted. */
  private readonly fields = new Float64Array(MOST_DEPTH + 1);
  private isInString = false;
  private isEscaped = false;

  constructor(private readonly mostValues = MOST_VALUES) {}

  /** Call with each chunk in turn until it says that it is too much. */
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

  // Where the string ends, or the end of the chunk: it goes on in the next one. A document in base64 is one string, which byte by byte would take
  // four times as long as JSON.parse.
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
