// Other names under which a server goes on with a message: some replace the Message-ID, and say theirs where they take the message.

/** Exchange and Microsoft 365: `250 2.6.0 <id@host> [InternalId=…, Hostname=…]`; others of the kind begin with the name, too. */
const IN_BRACKETS = /^(?:250[ -])?(?:2\.6\.0 )?<([^<>\s@]{1,250}@[^<>\s@]{1,250})>/;
/** Amazon SES: `250 Ok 0100017f…-6dd8c1c4-…-000000`. */
const OF_SES = /^(?:250[ -])?(?:2\.\d\.\d )?Ok ([0-9a-f]{16}-[0-9a-f-]{36}-[0-9a-f]{6})\b/;
/** Its messages bear that name, at `email.amazonses.com` or at the region, which the reply does not tell. */
const AT_SES = /@[a-z0-9-]+\.amazonses\.com$/i;

/** The name (as `bareMessageId` writes it) by which reports may know a message that was taken with this reply, or `null`. */
export function messageAliasIn(reply: string | null): string | null {
  if (reply === null) return null;
  return IN_BRACKETS.exec(reply)?.[1] ?? OF_SES.exec(reply)?.[1] ?? null;
}

/** RFC 5322 2.1.1: a Message-ID stands on one line. The blanks of a longer one would be gone through again from each of them. */
const MAX_CHARACTERS = 998;

/** A Message-ID without its brackets, so that two spellings of one are equal. */
export function bareMessageId(value: string): string {
  return value
    .slice(0, MAX_CHARACTERS)
    .replace(/^[\s<]+|[\s>]+$/g, '')
    .replace(AT_SES, '');
}
