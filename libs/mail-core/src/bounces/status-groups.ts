// The machine-readable part of a report (RFC 3464, RFC 6533): fields of the message, then a group of fields for each recipient.
import { addressOfField } from './addresses.js';
import { decodeWords, field, type HeaderFields, readFields } from './header-fields.js';
import { type FateAction } from './report.js';

// A report is about one transaction, which has 50 recipients; expanded lists may turn them into more.
const MAX_GROUPS = 500;
// Half a kilobyte for each group.
const MAX_CHARACTERS = 256 * 1024;

export interface RecipientGroup {
  /**
   * For whom the mail was when it left us, then the address under which the reporter knew that recipient; in the order in which they are
   * believed.
   */
  readonly addresses: readonly string[];
  readonly action: FateAction | null;
  readonly status: string | null;
  readonly diagnostic: string | null;
  readonly willRetryUntil: Date | null;
}

export interface StatusGroups {
  readonly reporter: string | null;
  readonly groups: readonly RecipientGroup[];
}

const ACTIONS: ReadonlyMap<string, FateAction> = new Map([
  ['failed', 'failed'],
  ['failure', 'failed'],
  ['expired', 'failed'],
  ['delayed', 'delayed'],
  ['delivered', 'delivered'],
  ['relayed', 'relayed'],
  ['expanded', 'expanded'],
]);

/** Reads the body of a `message/delivery-status`, or lines of that kind wherever they were found. */
export function readStatusGroups(text: string): StatusGroups {
  const groups: RecipientGroup[] = [];
  let reporter: string | null = null;
  for (const block of blocksOf(text)) {
    const fields = readFields(block);
    reporter ??= field(fields, 'reporting-mta').replace(/^[\w-]{1,20}\s*;\s*/, '') || null;
    const group = readGroup(fields);
    if (group !== null) groups.push(group);
    if (groups.length >= MAX_GROUPS) break;
  }
  return { reporter, groups };
}

/**
 * Splits a text into groups, which are separated by an empty line. If the empty lines were lost, each Final-Recipient begins a group, or
 * each Original-Recipient before one.
 */
function blocksOf(text: string): string[] {
  return text
    .slice(0, MAX_CHARACTERS)
    .split(/\n(?:[ \t]*\n)+/)
    .flatMap((block) => ((block.match(/^final-recipient:/gim)?.length ?? 0) < 2 ? [block] : splitGroups(block)))
    .map((block) => block.replace(/^\n+/, ''));
}

function splitGroups(block: string): string[] {
  const opener = /^original-recipient:[^]{0,500}?^final-recipient:/im.test(block)
    ? /^(?=original-recipient:)/gim
    : /^(?=final-recipient:)/gim;
  return block.split(opener);
}

function readGroup(fields: HeaderFields): RecipientGroup | null {
  const addresses = ['original-recipient', 'final-recipient', 'x-actual-recipient']
    .map((name) => addressOfField(decodeWords(field(fields, name))))
    .filter((address) => address !== null);
  if (addresses.length === 0 && !fields.has('final-recipient') && !fields.has('original-recipient')) return null;
  const status = field(fields, 'status');
  // If the server's words are missing, some reporters write them after the status.
  const diagnostic = (decodeWords(field(fields, 'diagnostic-code')) || status.replace(/^[\d. ()]+|\)$/g, '')).replace(
    /^(?:smtp|x-[\w.-]{1,40}|x\.?\d{1,4}|dns|local)\s*;\s*/i,
    '',
  );
  // oxlint-disable-next-line no-restricted-globals -- the date stands in the report
  const until = Date.parse(field(fields, 'will-retry-until'));
  return {
    addresses: [...new Set(addresses)],
    action: ACTIONS.get(/^[a-z]+/i.exec(field(fields, 'action'))?.[0].toLowerCase() ?? '') ?? null,
    status: /[245]\.\d{1,3}\.\d{1,3}/.exec(status)?.[0] ?? null,
    diagnostic: diagnostic === '' ? null : diagnostic,
    // oxlint-disable-next-line no-restricted-globals -- the date stands in the report
    willRetryUntil: Number.isNaN(until) ? null : new Date(until),
  };
}
