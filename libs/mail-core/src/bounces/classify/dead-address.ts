// Tells which bounces say that an address does not exist, so that the team is warned before it writes there again. A wrong warning costs
// more trust than a missing one, so a bounce that may mean anything else does not count.
import { type BounceClass } from '@billing-mail/contracts';

export interface LastingBounce {
  readonly permanent: boolean;
  readonly class: BounceClass | null;
  readonly status: string | null;
  readonly diagnostic: string | null;
}

/**
 * Statuses of RFC 3463 3.2 and RFC 7505 4.2: no such mailbox, no such domain, invalid syntax for that domain, moved, a domain without mail.
 */
const DEAD_STATUSES: ReadonlySet<string> = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10']);

/** The classes that confirm such a status. Words about the sender, the content or storage space mean that the status is misused. */
const DEAD_CLASSES: ReadonlySet<BounceClass | null> = new Set(['no_such_address', 'domain_not_found', 'mailbox_disabled']);

/** What servers write in place of one of those statuses: another status or none, and the words beside it. */
const SAME: readonly { readonly status: RegExp; readonly words: RegExp; readonly as: string; readonly source: string }[] = [
  {
    status: /^5\.4\.1$/,
    words: /recipient address rejected: access denied/i,
    as: '5.1.10',
    source: 'Exchange Online, "Fix NDR error code 550 5.4.1": directory-based edge blocking, the address is not in the directory',
  },
  {
    status: /^5\.4\.310$/,
    words: /domain .{1,255} does not exist/i,
    as: '5.1.2',
    source: 'Exchange Online, "Email non-delivery reports", 5.4.310',
  },
  { status: /^5\.4\.4$/, words: /host(?: or domain name)? not found/i, as: '5.1.2', source: 'Postfix, smtp_addr.c, DNS_NOTFOUND' },
  { status: /^5\.1\.0$/, words: /nullmx/i, as: '5.1.10', source: 'Postfix, smtp_addr.c, DNS_NULLMX' },
  {
    // "No status" of RFC 3463 3.1 is the same as none.
    status: /^(?:5\.0\.0)?$/,
    words:
      /user unknown|unknown user|no such (?:user|recipient|mailbox)|(?:user|recipient|mailbox) (?:not found|does(?: not|n't) exist)|doesn't have a \S+ account/i,
    as: '5.1.1',
    source: 'RFC 5321 4.2.3 (550), in the words of Sendmail, Exim, Postfix, Yahoo and RFC 821, Appendix F ("No such user")',
  },
  { status: /^(?:5\.0\.0)?$/, words: /no mailbox here by that name/i, as: '5.1.1', source: 'qmail-local.c' },
  { status: /^(?:5\.0\.0)?$/, words: /not listed in (?:domino directory|public name)/i, as: '5.1.1', source: 'HCL Domino, router' },
  {
    status: /^(?:5\.0\.0)?$/,
    words: /all relevant mx records point to non-existent hosts/i,
    as: '5.1.2',
    source: 'Exim, routers/dnslookup.c',
  },
  { status: /^(?:5\.0\.0)?$/, words: /couldn't find any host named/i, as: '5.1.2', source: 'qmail-remote.c' },
];

/** Whether the bounce says that no mail will ever arrive at the address. */
export function saysDeadAddress({ permanent, class: of, status, diagnostic }: LastingBounce): boolean {
  if (!permanent || !DEAD_CLASSES.has(of)) return false;
  if (DEAD_STATUSES.has(status ?? '')) return true;
  return of !== 'mailbox_disabled' && SAME.some((rule) => rule.status.test(status ?? '') && rule.words.test(diagnostic ?? ''));
}
