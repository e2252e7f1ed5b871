// What a mail to the return path says, as the reader gives it.
import { type BounceClass } from '@billing-mail/contracts';

export type Report =
  | { kind: 'fates'; fates: readonly Fate[]; reporter: string | null; format: string }
  | { kind: 'complaint'; recipient: string | null; source: string | null }
  | { kind: 'auto_reply'; absence: boolean; from: string | null; subject: string }
  | { kind: 'unrelated' };

/** What became of the mail for one recipient. */
export type Fate = {
  /** One of those that the delivery went to, or `null` where none is certain. */
  recipient: string | null;
  /** The address as the report has it. */
  address: string | null;
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  class: BounceClass;
  permanent: boolean;
  /** Enhanced status code (RFC 3463). */
  status: string | null;
  /** The other server's own words: untrusted. */
  diagnostic: string | null;
  willRetryUntil: Date | null;
};

/** What is known of the delivery that the address was made for. */
export type ReportHints = { recipients: readonly string[]; messageIds: readonly string[] };
export type ReadReport = (raw: Buffer, hints: ReportHints) => Promise<Report>;
