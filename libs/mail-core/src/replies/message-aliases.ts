// Other Message-IDs of a message: some servers replace the Message-ID, and name the new one when they accept the message.

/** Exchange and Microsoft 365: `250 2.6.0 <id@host> [InternalId=…, Hostname=…]`; replies of similar servers begin with the name, too. */
const IN_BRACKETS = /^(?:250[ -])?(?:2\.6\.0 )?<([^<>\s@]{1,250}@[^<>\s@]{1,250})>/;
/** Amazon SES: `250 Ok 0100017f…-6dd8c1c4-…-000000`. */
const OF_SES = /^(?:250[ -])?(?:2\.\d\.\d )?Ok ([0-9a-f]{16}-[0-9a-f-]{36}-[0-9a-f]{6})\b/;
/** In the message the name is followed by `@email.amazonses.com` or the domain of the region, which the reply does not tell. */
const AT_SES = /@[a-z0-9-]+\.amazonses\.com$/i;

/** Returns the name (in the form of `bareMessageId`) by which reports may know a message that was accepted with this reply, or `null`. */
export function messageAliasIn(reply: string | null): string | null {
  if (reply === null) return null;
  return IN_BRACKETS.exec(reply)?.[1] ?? OF_SES.exec(reply)?.[1] ?? null;
}

/** RFC 5322 2.1.1: a Message-ID fits on one line. In a longer value the pattern would scan a run of blanks again from each of them. */
const MAX_CHARACTERS = 998;

/** Returns a Message-ID without its angle brackets and without the domain of Amazon SES, so that two spellings of it are equal. */
export function bareMessageId(value: string): string {
  return value
    .slice(0, MAX_CHARACTERS)
    .replace(/^[\s<]+|[\s>]+$/g, '')
    .replace(AT_SES, '');
}
