const MAX_CHARACTERS = 500;
const LINE_OF_REPLY = /[\r\n\t\v\f \u00a0\u2028\u2029]+/gu;
// Control characters, invisible format characters (bidi overrides would reverse text on a page), private use, lone surrogates.
const UNPRINTABLE = /\p{C}/gu;

/**
 * Returns a server's words fit for a log line and a page: one line, no control or invisible characters (each becomes U+FFFD), valid
 * Unicode, at most 500 UTF-16 units; `null` if nothing is left. Still untrusted: escape it where it is shown as HTML.
 */
export function cleanReply(text: string): string | null {
  // Twice the shown length is enough even if white space is removed, so a text of 5 MB is not scanned.
  const line = text
    .slice(0, MAX_CHARACTERS * 2)
    .replace(LINE_OF_REPLY, ' ')
    .replace(UNPRINTABLE, '\ufffd')
    .trim();
  if (line === '') return null;
  return line.length <= MAX_CHARACTERS ? line : `${dropHalfPair(line.slice(0, MAX_CHARACTERS - 1))}…`;
}

/** Cutting inside a surrogate pair would leave a lone half, which PostgreSQL and JSON readers refuse. */
function dropHalfPair(cut: string): string {
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
