// What a mail to the return path can say, as values: the vocabulary that the reader, the store and the page share.
import { type BounceClass } from '@billing-mail/contracts';

/** RFC 3464 2.3.3. */
export type FateAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** What became of the mail for one recipient. */
export interface Fate {
  /** One of the recipients in the hints, spelled as there, or `null` if none is certain: it is never guessed. */
  readonly recipient: string | null;
  /** The address as the report has it; forwarding may have rewritten it. */
  readonly address: string | null;
  readonly action: FateAction;
  readonly class: BounceClass;
  /** Sending the same mail to the same address again makes no sense. */
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

/** What is known about the delivery that the mail is about: all of its recipients, and the Message-IDs under which its copies went out. */
export interface ReportHints {
  readonly recipients: readonly string[];
  readonly messageIds: readonly string[];
}
