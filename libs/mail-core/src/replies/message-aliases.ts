// Other names under which a server goes on with a message: some replace the Message-ID, and say theirs where they take the message.

/** Exchange and Microsoft 365: `250 2.6.0 <id@host> [InternalId=…, Hostname=…]`; others of the kind say no more than the name. */
const IN_BRACKETS = /<([^<>\s@]{1,250}@[^<>\s@]{1,250})>/;
/** Amazon SES: `250 Ok 0100017f…-6dd8c1c4-…-000000`; its reports say `<that@email.amazonses.com>` or `<that@<region>.amazonses.com>`. */
const OF_SES = /^(?:\S+ )?Ok ([0-9a-f]{16}-[0-9a-f-]{36}-[0-9a-f]{6})\b/i;

/** Message-IDs (without brackets) by which reports may name a message that was taken with this reply. */
export function messageAliasesIn(reply: string | null): string[] {
  if (reply === null) return [];
  const [inBrackets, ofSes] = [IN_BRACKETS.exec(reply)?.[1], OF_SES.exec(reply.replace(/^250[ -]/, ''))?.[1]];
  return [...(inBrackets === undefined ? [] : [inBrackets]), ...(ofSes === undefined ? [] : [`${ofSes}@email.amazonses.com`, ofSes])];
}
