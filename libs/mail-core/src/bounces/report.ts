// What a mail to the return path can say, as values: the vocabulary that the reader, the store and the page share.

/**
 * Why a mail did not arrive, in classes that differ in what a person can do about it. The order is that of the table in `classify`.
 * no_such_address: the mailbox does not exist, or has moved. mailbox_full: no room. mailbox_disabled: closed, suspended, inactive.
 * too_large: over the other side's size limit. relaying_denied: the server does not take mail for that domain. sender_refused: our sender
 * address is not wanted. recipient_refuses: the recipient's own rules or list. domain_not_found: no such domain, or it takes no mail.
 * content_refused: taken for spam or a virus, or malformed. rate_limited: too much at once. blocked: our server's address or its reputation.
 * authentication: SPF, DKIM, DMARC, TLS or a login. policy: a rule of the other side's. routing_loop: it goes in circles. expired: tried
 * until the queue's time was over. unreachable: no connection, no answer. system_error: trouble in the other server. other: it does not say.
 */
export type BounceClass =
  | 'no_such_address'
  | 'mailbox_full'
  | 'mailbox_disabled'
  | 'too_large'
  | 'relaying_denied'
  | 'sender_refused'
  | 'recipient_refuses'
  | 'domain_not_found'
  | 'content_refused'
  | 'rate_limited'
  | 'blocked'
  | 'authentication'
  | 'policy'
  | 'routing_loop'
  | 'expired'
  | 'unreachable'
  | 'system_error'
  | 'other';

/** RFC 3464 2.3.3. */
export type FateAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** What became of the mail for one recipient. */
export interface Fate {
  /** One of the hinted recipients, as hinted, or `null` where none is certain: it is never guessed. */
  readonly recipient: string | null;
  /** The address as the report has it; forwarding may have rewritten it. */
  readonly address: string | null;
  readonly action: FateAction;
  readonly class: BounceClass;
  /** Sending the same to the same address again makes no sense. */
  readonly permanent: boolean;
  /** Enhanced status code, such as `5.1.1`. */
  readonly status: string | null;
  /** The other server's own words: one line, at most 500 characters, untrusted. */
  readonly diagnostic: string | null;
  readonly willRetryUntil: Date | null;
}

/** What a mail to the return path says. */
export type Report =
  | { readonly kind: 'fates'; readonly fates: readonly Fate[]; readonly reporter: string | null; readonly format: string }
  | { readonly kind: 'complaint'; readonly recipient: string | null; readonly source: string | null }
  | { readonly kind: 'auto_reply'; readonly absence: boolean; readonly from: string | null; readonly subject: string }
  | { readonly kind: 'unrelated' };

/** What is known of the delivery that the mail is about: all of its recipients, and the Message-IDs that its copies went out under. */
export interface ReportHints {
  readonly recipients: readonly string[];
  readonly messageIds: readonly string[];
}
