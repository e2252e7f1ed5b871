// What reports on a delivery can say. Kept apart from the schemas so that the page does not bundle zod.

/**
 * Why a mail did not arrive, in classes that differ in what a person can do about it.
 * no_such_address: the mailbox does not exist, or has moved. mailbox_full: no room. mailbox_disabled: closed, suspended, inactive.
 * too_large: over the other side's size limit. relaying_denied: the server does not take mail for that domain. sender_refused: our sender
 * address is not wanted. recipient_refuses: the recipient's own rules or list. domain_not_found: no such domain, or it takes no mail.
 * content_refused: taken for spam or a virus, or malformed. rate_limited: too much at once. blocked: our server's address or its reputation.
 * authentication: SPF, DKIM, DMARC, TLS or a login. policy: a rule of the other side's. routing_loop: it goes in circles. expired: tried
 * until the queue's time was over. unreachable: no connection, no answer. system_error: trouble in the other server. other: it does not say.
 */
export const BOUNCE_CLASSES = [
  'no_such_address',
  'domain_not_found',
  'mailbox_full',
  'mailbox_disabled',
  'blocked',
  'content_refused',
  'too_large',
  'relaying_denied',
  'sender_refused',
  'recipient_refuses',
  'policy',
  'authentication',
  'rate_limited',
  'unreachable',
  'routing_loop',
  'expired',
  'system_error',
  'other',
] as const;
export type BounceClass = (typeof BOUNCE_CLASSES)[number];

/**
 * What a report was about. `bounced`: it came back. `delayed`: a server still tries. `delivered`, `relayed`, `expanded`: RFC 3464 2.3.3.
 * `complaint`: somebody marked it as unwanted. `absence`: nobody reads the mailbox for now. `auto_reply`: any other answer of a program.
 */
export const REPORT_KINDS = ['bounced', 'delayed', 'delivered', 'relayed', 'expanded', 'complaint', 'absence', 'auto_reply'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];
