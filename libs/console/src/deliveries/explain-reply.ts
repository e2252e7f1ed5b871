/** What a server's reply to a recipient means, as a key into the words for replies. */
export type ReplyMeaning = 'unknown' | 'full' | 'blocked' | 'sender' | 'size' | 'later' | 'other';

// Enhanced status codes (RFC 3463 and the IANA registry) first, as they are the same in every language; first match wins.
const MEANINGS: readonly { pattern: RegExp; meaning: ReplyMeaning }[] = [
  { pattern: /\b5\.1\.(?:1|2|3|6|10)\b/, meaning: 'unknown' },
  { pattern: /\b[45]\.2\.2\b/, meaning: 'full' },
  { pattern: /\b[45]\.(?:2\.3|3\.4)\b/, meaning: 'size' },
  { pattern: /\b5\.(?:1\.(?:7|8)|7\.60)\b/, meaning: 'sender' },
  { pattern: /\b4\.\d{1,3}\.\d{1,3}\b/, meaning: 'later' },
  { pattern: /\b5\.7\.\d{1,3}\b/, meaning: 'blocked' },
  { pattern: /user unknown|no such (?:user|recipient)|does not exist|mailbox unavailable/i, meaning: 'unknown' },
  { pattern: /over quota|mailbox (?:is )?full/i, meaning: 'full' },
  { pattern: /^4\d\d\b/, meaning: 'later' },
];

/** The meaning of a raw reply; `other` when nothing is known of it. */
export const explainReply = (reply: string): ReplyMeaning => MEANINGS.find(({ pattern }) => pattern.test(reply))?.meaning ?? 'other';
