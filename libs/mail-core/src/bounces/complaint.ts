// Complaints in the Abuse Reporting Format (RFC 5965): a recipient pressed "this is spam", and the provider passes it on.
import { addressOfField } from './addresses.js';
import { field, readFields } from './header-fields.js';

/**
 * The feedback types that are complaints (RFC 5965 7.3, RFC 6430). `not-spam` is the opposite; `auth-failure` (RFC 6591) and `dmarc` are
 * about our DNS records.
 */
const COMPLAINTS = new Set(['abuse', 'fraud', 'opt-out', 'opt-out-list', 'virus', 'miscategorized', 'other', 'complaint', 'unsubscribe']);

export interface Feedback {
  readonly source: string;
  readonly isComplaint: boolean;
  /** Who complained, as far as the provider tells. */
  readonly addresses: readonly string[];
}

/** Reads the body of a `message/feedback-report`. */
export function readFeedback(text: string): Feedback {
  const fields = readFields(text);
  const source = field(fields, 'feedback-type').toLowerCase().slice(0, 100);
  return {
    source: source === '' ? 'abuse' : source,
    isComplaint: source === '' || COMPLAINTS.has(source),
    addresses: ['original-rcpt-to', 'removal-recipient', 'x-original-recipient']
      .flatMap((name) => fields.get(name) ?? [])
      .map(addressOfField)
      .filter((address) => address !== null),
  };
}
