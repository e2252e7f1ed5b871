/**
 * Parses JSON bytes. Returns `undefined` if they are not valid JSON. JSON is UTF-8 (RFC 8259 8.1); a byte order mark, which some senders
 * put before it, is left out.
 */
export function parseText(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
