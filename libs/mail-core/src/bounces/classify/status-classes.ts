// The class of each enhanced status code by its meaning in IANA's registry (https://www.iana.org/assignments/smtp-enhanced-status-codes).
// Grouped as in KumoMTA's iana.toml (Apache-2.0, Copyright KumoCorp). The first digit (4 or 5) is left out, because it says only how
// lasting the failure is.
import { type BounceClass } from '@billing-mail/contracts';

/** Maps subject and detail, such as `1.1`, to a class. A code that is not listed says too little by itself. */
const CLASSES: ReadonlyMap<string, BounceClass> = new Map([
  ['1.0', 'no_such_address'], // other address status
  ['1.1', 'no_such_address'], // bad destination mailbox address
  ['1.2', 'domain_not_found'], // bad destination system address
  ['1.3', 'no_such_address'], // bad destination mailbox address syntax
  ['1.4', 'no_such_address'], // ambiguous
  ['1.6', 'no_such_address'], // has moved, no forwarding address
  ['1.7', 'sender_refused'],
  ['1.8', 'sender_refused'],
  ['1.10', 'domain_not_found'], // null MX, RFC 7505
  ['2.1', 'mailbox_disabled'],
  ['2.2', 'mailbox_full'],
  ['2.3', 'too_large'],
  ['2.4', 'recipient_refuses'], // mailing list expansion problem
  ['3.0', 'system_error'],
  ['3.1', 'mailbox_full'], // mail system full
  ['3.2', 'system_error'], // not accepting network messages
  ['3.3', 'system_error'],
  ['3.4', 'too_large'],
  ['3.5', 'system_error'],
  ['4.1', 'unreachable'],
  ['4.2', 'unreachable'],
  ['4.3', 'unreachable'], // directory server failure
  ['4.4', 'domain_not_found'], // unable to route
  ['4.5', 'rate_limited'], // mail system congestion
  ['4.6', 'routing_loop'],
  ['4.7', 'expired'],
  ['4.8', 'routing_loop'],
  ['4.14', 'routing_loop'], // Exchange
  ['4.300', 'expired'], // Exchange Online, 5.4.300 message expired
  ['4.310', 'domain_not_found'], // Exchange Online, 5.4.310 DNS domain does not exist
  ['4.312', 'unreachable'], // Exchange Online, DNS query failed
  ['4.316', 'unreachable'], // Exchange Online, connection refused
  ['5.3', 'rate_limited'], // too many recipients
  ['7.5', 'authentication'],
  ['7.8', 'authentication'],
  ['7.9', 'authentication'],
  ['7.10', 'authentication'],
  ['7.11', 'authentication'],
  ['7.13', 'mailbox_disabled'],
  ['7.17', 'no_such_address'], // RRVS: the mailbox has a new owner
  ['7.18', 'domain_not_found'], // RRVS: the domain has a new owner
  ['7.20', 'authentication'],
  ['7.21', 'authentication'],
  ['7.22', 'authentication'],
  ['7.23', 'authentication'],
  ['7.24', 'authentication'],
  ['7.25', 'blocked'], // reverse DNS
  ['7.26', 'authentication'],
  ['7.27', 'sender_refused'], // the sender's domain has a null MX
  ['7.28', 'rate_limited'], // mail flood
  ['7.124', 'recipient_refuses'], // Exchange Online, the sender is not among the permitted ones
  ['7.133', 'recipient_refuses'], // Exchange Online, a group, mailbox, public folder or contact only for senders of its own organisation
  ['7.134', 'recipient_refuses'],
  ['7.135', 'recipient_refuses'],
  ['7.136', 'recipient_refuses'],
  ['7.500', 'rate_limited'], // Exchange Online, "server busy"
  ['7.501', 'rate_limited'],
  ['7.509', 'authentication'], // Exchange Online, DMARC
  ['7.511', 'blocked'], // Exchange Online, banned sender
  ['7.513', 'blocked'], // Exchange Online, the customer's block list
]);

/**
 * Maps a subject to a class if the detail says nothing: media and content (6) mean the content, security (7) a policy, protocol (5) a fault
 * of the system.
 */
const SUBJECTS: ReadonlyMap<string, BounceClass> = new Map([
  ['4', 'unreachable'],
  ['5', 'system_error'],
  ['6', 'content_refused'],
  ['7', 'policy'],
]);

/**
 * Returns the class of a security status whose detail has a name of its own, `null` for every other status. Nobody writes 5.7.26 or 5.7.509
 * for want of a better code, as many do with 5.1.1 and 5.7.1, while the words beside it may be about names that are not found.
 */
export function outspokenClass(status: string): BounceClass | null {
  const detail = status.slice(2);
  return /^7\.\d{2,3}$/.test(detail) ? (CLASSES.get(detail) ?? null) : null;
}

/** Returns the class that a status alone stands for, or `null`. With `exact` only codes count that have one meaning. */
export function classOfStatus(status: string, exact: boolean): BounceClass | null {
  const detail = status.slice(2);
  return CLASSES.get(detail) ?? (exact ? null : (SUBJECTS.get(detail.split('.')[0]!) ?? null));
}
