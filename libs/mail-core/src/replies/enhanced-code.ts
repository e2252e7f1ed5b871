// RFC 3463 2: class.subject.detail, each number without leading zeros; RFC 2034 4: it opens the text of every line.
const NUMBER = '(?:0|[1-9]\\d{0,2})';
const STATUS = `[245]\\.${NUMBER}\\.${NUMBER}`;
const WHOLE = new RegExp(`^${STATUS}$`);
// The reply code may still stand before it; Cisco IronPort writes `#5.1.0`.
const OPENS_LINE = new RegExp(`^(?:(\\d{3})(?:[ -]|$))?\\s*#?(${STATUS})(?=[\\s:;,]|$)`);
// qmail closes its line with the status in brackets: `sorry, no mailbox here by that name. (#5.1.1)`.
const CLOSES_LINE = new RegExp(`\\(#(${STATUS})\\)`);
const CODE_BEFORE_LINE = /^(\d{3})[ -]/;

// A status is in the first lines or nowhere, so a reply of 5 MB is not searched.
const SEARCHED_CHARACTERS = 4000;

/**
 * Returns the enhanced status code in the text of an SMTP reply, or `null`. Its class must be that of the reply code (RFC 2034 4), which is
 * `code` or else the code at the start of the line. A status that contradicts the reply code is ignored.
 */
export function parseEnhancedCode(text: string, code?: number): string | null {
  for (const line of text.slice(0, SEARCHED_CHARACTERS).split(/\r\n|\r|\n/)) {
    const trimmed = line.trim();
    const opening = OPENS_LINE.exec(trimmed);
    const status = opening?.[2] ?? CLOSES_LINE.exec(trimmed)?.[1];
    if (status === undefined) continue;
    const replyClass = String(code ?? opening?.[1] ?? CODE_BEFORE_LINE.exec(trimmed)?.[1] ?? status).charAt(0);
    if (status.startsWith(replyClass)) return status;
  }
  return null;
}

/** Whether `status` is an enhanced status code that goes with the reply code. */
export function fitsReplyCode(status: string, code: number): boolean {
  return WHOLE.test(status) && status.startsWith(String(code).charAt(0));
}
