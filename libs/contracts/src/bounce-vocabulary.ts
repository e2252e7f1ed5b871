// What reports on a delivery can say, without the schemas made of it: the web page weighs what it imports.

/** Why a mail came back, or is late, as far as the report tells. What each means for a user stands in mail-core's `explaining`. */
export const BOUNCE_CLASSES = [
  'no_such_address',
  'domain_not_found',
  'mailbox_full',
  'mailbox_disabled',
  'blocked',
  'content_refused',
  'too_large',
  'policy',
  'authentication',
  'rate_limited',
  'unreachable',
  'routing_loop',
  'expired',
  'other',
] as const;
export type BounceClass = (typeof BOUNCE_CLASSES)[number];

/**
 * What a report was about. `bounced`: it came back. `delayed`: a server still tries. `delivered`, `relayed`, `expanded`: RFC 3464 2.3.3.
 * `complaint`: somebody marked it as unwanted. `absence`: nobody reads the mailbox for now. `auto_reply`: any other answer of a program.
 */
export const REPORT_KINDS = ['bounced', 'delayed', 'delivered', 'relayed', 'expanded', 'complaint', 'absence', 'auto_reply'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];
