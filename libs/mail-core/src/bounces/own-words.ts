// Finds where the report ends and the returned message begins if both are in one text: the addresses and words of our message must not be
// read as those of the report.

export interface SplitText {
  /** What the reporter wrote. */
  readonly own: string;
  /** The returned message or its header, as far as it is there. */
  readonly returned: string;
}

// Reports that are longer than this are lists, of which the reader needs one page.
const MAX_OWN_CHARACTERS = 64 * 1024;
const HEADER_LINE = /^[> \t]{0,8}[!-9;-~]{1,60}:/;
/** Fields that a mail gets on its way, and that no report mentions in its own words. */
const TRACE_LINE = /^[> \t]{0,8}(?:return-path|received|message-id|mime-version|delivered-to|dkim-signature|x-original-to|x-received):/i;
/** Words that announce the returned message: qmail, Exim, Sendmail, Gmail, Yahoo, Domino, GMX and 1&1, Exchange, InterScan, LSMTP, … */
const ANNOUNCED =
  /below (?:this|the next) line is a copy|this is a copy of (?:the|your) message|copy of (?:the|your) (?:original )?(?:message|mail)|(?:original|unsent|returned|undelivered|failed) (?:message|mail)(?: headers?| text| follows?| attached| below| is below)?\b|header of the original|original (?:mail )?headers|(?:message|mail) headers? follow|start of (?:the )?(?:message|returned)|body of (?:the )?(?:message|original)|included (?:is )?(?:a|the) (?:copy|message)|mensaje original|message d'origine|ursprüngliche (?:nachricht|e-?mail)|original-?nachricht|kopie (?:ihrer|der) (?:ursprünglichen )?(?:nachricht|e-?mail)|mensagem original|messaggio originale|исходное сообщение|原邮件|原文/i;
const RULE = /[-=_*]{3,}/;

/** Splits the words of a report from the message that the report returns in the same text. */
export function splitReturned(text: string): SplitText {
  const lines = text.slice(0, MAX_OWN_CHARACTERS).split('\n');
  const at = lines.findIndex((line, index) => announces(lines, line, index) || beginsHeader(lines, line, index));
  if (at === -1) return { own: lines.join('\n'), returned: '' };
  return { own: lines.slice(0, at).join('\n'), returned: headerIn(lines.slice(at).join('\n') + text.slice(MAX_OWN_CHARACTERS)) };
}

function announces(lines: readonly string[], line: string, index: number): boolean {
  if (line.length > 200 || !ANNOUNCED.test(line)) return false;
  const next = lines.slice(index + 1, index + 9);
  // An announcement is set off by dashes or followed by header lines; "your original message to … was not delivered" is neither.
  return RULE.test(line)
    ? index > 0
    : next.some((candidate) => TRACE_LINE.test(candidate)) && next.filter((candidate) => HEADER_LINE.test(candidate)).length >= 3;
}

function beginsHeader(lines: readonly string[], line: string, index: number): boolean {
  if (!TRACE_LINE.test(line)) return false;
  const next = lines.slice(index, index + 12);
  return next.filter((candidate) => HEADER_LINE.test(candidate)).length >= 3;
}

/** Returns the header lines within a text that contains a returned message, without quoting marks and indents. */
function headerIn(text: string): string {
  const lines = text.slice(0, MAX_OWN_CHARACTERS).split('\n');
  const first = lines.findIndex(
    (line, index) => HEADER_LINE.test(line) && lines.slice(index, index + 8).filter((next) => HEADER_LINE.test(next)).length >= 2,
  );
  if (first === -1) return '';
  const margin = /^[> \t]*/.exec(lines[first]!)![0].length;
  return lines
    .slice(first)
    .map((line) => (/^[> \t]*$/.test(line.slice(0, margin)) ? line.slice(margin) : line))
    .join('\n');
}
