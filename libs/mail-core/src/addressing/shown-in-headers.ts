import { type Mailbox } from '@billing-mail/contracts';
import { mailboxField } from '../composing/header-field.js';
import { type ResolvedRecipient } from './resolve-recipients.js';

/**
 * The most bytes that To and Cc may take together, as encoded. Postfix cuts a header block beyond 102,400 bytes and other servers drop the
 * message; 60 KiB leave room for the fields that relays add.
 */
export const SHOWN_RECIPIENTS_MAX_BYTES = 60 * 1024;

/**
 * The recipients that the headers show. `notShown` counts the addresses of To and Cc that get the mail although the headers have no room
 * for them.
 */
export type ShownRecipients = { to: Mailbox[]; cc: Mailbox[]; notShown: number };

/** Returns as many of the To and then of the Cc recipients, in their order, as fit into `SHOWN_RECIPIENTS_MAX_BYTES`. */
export function shownInHeaders(recipients: readonly ResolvedRecipient[]): ShownRecipients {
  const shown: ShownRecipients = { to: [], cc: [], notShown: 0 };
  let bytes = 0;
  for (const role of ['to', 'cc'] as const) {
    for (const { address, name } of recipients.filter((recipient) => recipient.role === role)) {
      const mailbox = name === null ? { address } : { address, name };
      bytes += shown[role].length === 0 ? firstLineBytes(role, mailbox) : nextLineBytes(mailbox);
      // After the first address that does not fit, no other is shown. So the end of the list is missing and there is no gap in it.
      if (bytes > SHOWN_RECIPIENTS_MAX_BYTES) shown.notShown += 1;
      else shown[role].push(mailbox);
    }
  }
  return shown;
}

const FIELD = { to: 'To', cc: 'Cc' } as const;

// A field has one mailbox to a line (see mailboxField), so its size is the sum of its lines, and 2,000 addresses take one pass.
function firstLineBytes(role: 'to' | 'cc', mailbox: Mailbox): number {
  return Buffer.byteLength(mailboxField(FIELD[role], [mailbox]));
}

function nextLineBytes(mailbox: Mailbox): number {
  return Buffer.byteLength(mailboxField('To', [SHORTEST, mailbox])) - SHORTEST_BYTES;
}

const SHORTEST: Mailbox = { address: 'a@b.example' };
const SHORTEST_BYTES = Buffer.byteLength(mailboxField('To', [SHORTEST]));
