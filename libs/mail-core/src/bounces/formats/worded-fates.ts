// Reads the fates from a report in words. Each line that names a recipient begins what is said about that recipient.
import { addressesIn, type KnownRecipients } from '../addresses.js';
import { type FateAction } from '../report.js';

export interface WordedFate {
  readonly recipient: string | null;
  readonly address: string | null;
  readonly action: FateAction;
  readonly status: string | null;
  readonly diagnostic: string | null;
}

interface Mention {
  readonly line: number;
  readonly address: string;
  /** The same for all spellings of one address. */
  readonly key: string;
  readonly recipient: string | null;
}

// Far more lines than any server writes about one recipient.
const MAX_BLOCK_LINES = 25;
const MAX_MENTIONS = 500;
/**
 * How many characters before an address are searched for words that say that it is somebody else's; longer than such words and the text
 * between.
 */
const MAX_BEFORE_ADDRESS = 200;
/** Lines that describe the returned message (Exchange, InterScan, Domino) or the author of the report; none of them says who failed. */
const DESCRIBES_MESSAGE =
  /^[\s>*|]*(?:to|cc|from|(?:original |envelope )?sender|reply-to|subject|date|sent|message-id|von|an|betreff|de|à|objet|para|asunto|content-\w+|received|x-[\w-]+|envelope[ -]?(?:from|sender)|mail from|>>> mail from|return-path)\s*:/i;
/** The name of a field whose value is in the next line. */
const LABEL_ONLY = /^[\s>*|]*(?:to|cc|from|sender|reply-to|von|an|de|à|para)\s*:\s*$/i;
const ABOUT_OTHERS =
  /(?:contact|questions?|assistance|help|report(?:ing)?|reply|forward(?:ed)?|postmaster|mailer-daemon|abuse@|please (?:send|e-?mail|write)|e-?mail us|return-path|message from <?|from:? <|sender:? <?|mail from:? ?<?)\s*[^@]{0,60}$/i;
const DELAY =
  /this is a warning message only|do not need to resend|warning: (?:could not send|message)|has not yet been delivered|(?:will|is going to) (?:continue|keep|be retried)|still (?:trying|being retried|attempting)|has been postponed|continue to try|advisory-only|delivery (?:has been |is |was )?(?:temporarily )?delayed|delivery attempts will continue|will (?:try|retry|be tried) (?:again|for)|try(?:ing)? again (?:for|later)? ?until|no action is required|temporary problem|message delayed|temporarily (?:unable|deferred)|verzögert|weitere zustellversuche|wird weiter versucht|retardée|ha sido retrasad|задерж|延迟|遅延/i;
/** These words say that more will be tried, whatever else the text says about giving up. */
const STILL_TRIED =
  /warning message only|this is a warning only|do not need to resend|has not yet been delivered|attempts will continue|still being retried|will (?:re)?try (?:again )?for|will be retried (?:until|for)|delivery incomplete/i;
const GIVEN_UP =
  /giv(?:en|ing) up|won't be retried|will not be (?:retried|tried)|permanent|not going to try|no further attempts|final|returned to (?:you|sender)|could not be delivered for/i;
/** The line before the list of failed recipients. Recipients who are named before it are those of the message. */
const LISTS_FAILED =
  /(?:recipients?|address(?:es)?|recipient\(s\)|address\(es\)|empfängern?|adressen?|destinataires?|destinatarios?|destinatari)\b[^:]{0,60}:\s*$|(?:delivered|zugestellt|remis|entregado|reach)[^:]{0,60}:\s*$/i;
const DELIVERED = /success(?:ful(?:ly)?)? (?:mail )?(?:deliver|relay)/i;
/** The reply that accepts a mail (RFC 5321 4.2.2, RFC 3463 2). */
const TAKEN = /\b250[ -]2\.\d{1,3}\.\d{1,3}\b/;
const SAYS_FAILURE = /(?:^|[^\d.])[45](?:\d\d[ -]|\.\d{1,3}\.\d)|\bn[o']t\b|fail|error|refused|unknown|full/i;
const STATUS = /(?:^|[^\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])/;
const SAID = /(?:^|[^\d.])[45]\d\d(?:[ -]|$)|[#(\s][45]\.\d{1,3}\.\d{1,3}\b|said:|reason:|because|error|refused|unknown|full|exceed/i;

/** Whether a text that begins with the subject says that more will be tried. */
export function saysDelayed(text: string): boolean {
  return STILL_TRIED.test(text) || (DELAY.test(text) && !GIVEN_UP.test(text));
}

/** Returns the fates in a report in words; a single one without an address if the report names nobody. */
export function readWordedFates(own: string, subject: string, known: KnownRecipients, others: ReadonlySet<string>): WordedFate[] {
  const lines = own.split('\n').map((line) => line.slice(0, 1000));
  const mentions = mentionsIn(lines, known, others);
  const action: FateAction = saysDelayed(`${subject}\n${own}`) ? 'delayed' : 'failed';
  const recipients = mentions.filter((mention) => mention.recipient !== null);
  // A recipient may also be the sender to whom the report is addressed. Such a recipient is meant only if no other is named.
  const apart = recipients.filter((mention) => !others.has(mention.address.toLowerCase()));
  const ours = listed(apart.length > 0 ? apart : recipients, lines);
  const meant = ours.length > 0 ? ours : firstForeign(mentions);
  if (meant.length === 0) return [{ recipient: null, address: null, action, ...wordsOf(lines) }];

  const byAddress = new Map<string, string[]>();
  for (const mention of meant) {
    const next = mentions.find((other) => other.line > mention.line && other.key !== mention.key);
    const block = lines.slice(mention.line, Math.min(next?.line ?? lines.length, mention.line + MAX_BLOCK_LINES));
    byAddress.set(mention.key, [...(byAddress.get(mention.key) ?? []), ...block].slice(0, MAX_BLOCK_LINES * 4));
  }
  return [...byAddress].map(([key, block]) => {
    const mention = meant.find((candidate) => candidate.key === key)!;
    const words = block.join('\n');
    const delivered = (DELIVERED.test(`${subject}\n${own}`) || TAKEN.test(words)) && !SAYS_FAILURE.test(words);
    return { recipient: mention.recipient, address: mention.address, action: delivered ? 'delivered' : action, ...wordsOf(block) };
  });
}

function mentionsIn(lines: readonly string[], known: KnownRecipients, others: ReadonlySet<string>): Mention[] {
  const mentions: Mention[] = [];
  for (const [line, text] of lines.entries()) {
    if (DESCRIBES_MESSAGE.test(text) || LABEL_ONLY.test(lines[line - 1] ?? '')) continue;
    for (const { address, index } of addressesIn(text)) {
      const recipient = known.find(address);
      if (
        ABOUT_OTHERS.test(text.slice(Math.max(0, index - MAX_BEFORE_ADDRESS), index)) ||
        (recipient === null && (others.has(address.toLowerCase()) || isDaemon(address)))
      )
        continue;
      if (mentions.length < MAX_MENTIONS) mentions.push({ line, address, key: recipient ?? address.toLowerCase(), recipient });
    }
  }
  return mentions;
}

/** Returns the mentions in the report's list of failed recipients, or all mentions if it has no such list. */
function listed(mentions: readonly Mention[], lines: readonly string[]): readonly Mention[] {
  const list = lines.findIndex((line) => LISTS_FAILED.test(line) && /\bn[o']t\b|fail|error|nicht|pas\b|\bno\b|non\b|affected/i.test(line));
  const within = list === -1 ? [] : mentions.filter((mention) => mention.line > list);
  return within.length > 0 ? within : mentions;
}

function isDaemon(address: string): boolean {
  return /^(?:postmaster|mailer-daemon|abuse|support|helpdesk|no-?reply)@/i.test(address);
}

/** If the report names none of our recipients, it is about the address that it names first; later ones are in the other server's words. */
function firstForeign(mentions: readonly Mention[]): Mention[] {
  const first = mentions[0];
  return first === undefined ? [] : mentions.filter((mention) => mention.key === first.key);
}

/** Returns the lines of a block from the first that says something, and the status in the whole block. */
function wordsOf(block: readonly string[]): { status: string | null; diagnostic: string | null } {
  const from = block.findIndex((line) => SAID.test(line));
  const text = block
    .slice(Math.max(from, 0))
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
  return { status: STATUS.exec(block.join('\n'))?.[1] ?? null, diagnostic: text === '' ? null : text };
}
