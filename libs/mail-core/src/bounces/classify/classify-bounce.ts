// Decides what a diagnostic means: an unambiguous security status counts first, then the other server's words, its status, and its reply
// code.
import { type BounceClass } from '@billing-mail/contracts';
import { type FateAction } from '../report.js';
import { classOfStatus, outspokenClass } from './status-classes.js';
import { WORDING_RULES } from './wording-rules.js';

/** Longer than any reply that says something; the rules read no further. */
const MAX_READ_CHARACTERS = 2000;

/** For these classes sending again later may succeed, whatever digit the status begins with. */
const PASSING: ReadonlySet<BounceClass> = new Set([
  'mailbox_full',
  'rate_limited',
  'blocked',
  'expired',
  'unreachable',
  'system_error',
  'other',
]);

export interface BounceVerdict {
  readonly class: BounceClass;
  readonly permanent: boolean;
}

export interface ReportedDiagnostic {
  readonly action: FateAction;
  readonly status: string | null;
  /** What the other server said, or the report about it. */
  readonly diagnostic: string | null;
  /** All that the reporter wrote, used if the diagnostic says nothing. */
  readonly context: string;
}

/** Returns the meaning of what a report says about one recipient. */
export function classifyBounce(reported: ReportedDiagnostic): BounceVerdict {
  if (reported.action !== 'failed' && reported.action !== 'delayed') return { class: 'other', permanent: false };
  const found = classOf(reported);
  const lasting = reported.action === 'failed' && !PASSING.has(found) && !(reported.status?.startsWith('4') ?? false);
  return { class: found, permanent: lasting };
}

function classOf({ action, status, diagnostic, context }: ReportedDiagnostic): BounceClass {
  const said = diagnostic === null ? null : readable(diagnostic);
  // As with words: a mail that is still being tried has not expired.
  const byStatus = (exact: boolean): BounceClass | null => {
    const told = status === null ? null : classOfStatus(status, exact);
    return told === 'expired' && action === 'delayed' ? null : told;
  };
  return (
    (status === null ? null : outspokenClass(status)) ??
    (said === null ? null : byWords(said, action)) ??
    byStatus(true) ??
    (said === null ? null : byCode(said, status)) ??
    byWords(readable(context), action) ??
    byStatus(false) ??
    // If the mail is still on its way and nobody says why, the other side does not answer.
    (action === 'delayed' ? 'unreachable' : 'other')
  );
}

/** Matches the code and status that each further line of a reply repeats (RFC 5321 4.2.1, RFC 2034 4) between the words of one sentence. */
const repeated = (code: string): RegExp => new RegExp(`(?<= )${code}[- ](?:[245]\\.\\d{1,3}\\.\\d{1,3} )?`, 'g');

/** Returns the text on one line, without repeated codes and without addresses: "postmaster@blocked.example" is not a refusal. */
function readable(text: string): string {
  return text
    .slice(0, MAX_READ_CHARACTERS)
    .replace(/\s+/g, ' ')
    .replace(/^([245]\d\d)-(.*)$/, (_reply, code: string, rest: string) => `${code} ${rest.replace(repeated(code), '')}`)
    .replace(/[^\s<>"']{1,128}@[^\s<>"',;:)]{1,255}/g, 'x@y');
}

/** Whether a text gives a reason why mail does not arrive. */
export function givesReason(text: string): boolean {
  return byWords(readable(text), 'failed') !== null;
}

function byWords(text: string, action: FateAction): BounceClass | null {
  // A mail that is still being tried has not expired, although the text may say when it will.
  const rules = action === 'delayed' ? WORDING_RULES.filter((rule) => rule.class !== 'expired') : WORDING_RULES;
  return rules.find((rule) => rule.text.test(text))?.class ?? null;
}

/** RFC 5321 4.2.3, if only the code says anything: 550, 551 and 553 refuse a mailbox, 552 is about storage space. */
function byCode(text: string, status: string | null): BounceClass | null {
  // A status about policy or protocol says that the code is not about the mailbox.
  if (/^5\.[57]\./.test(status ?? '')) return null;
  const code = /(?:^|[\s:;"'(])([45]\d\d)(?:[ -]|$)/.exec(text)?.[1];
  if (code === '550' || code === '551' || code === '553')
    return /data command|end of (?:message|data)/i.test(text) ? 'content_refused' : 'no_such_address';
  if (code === '552') return 'mailbox_full';
  return null;
}
