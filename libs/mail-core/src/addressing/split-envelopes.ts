import { type RecipientRole } from '@billing-mail/contracts';

/** The recipients of one SMTP transaction; Bcc never shares one with those whom the headers show. */
export type Envelope<Recipient> = { role: 'visible' | 'bcc'; recipients: Recipient[] };

/**
 * SMTP transactions of at most `maxRecipients` each: first To and Cc, then Bcc in transactions of its own, so that no server can tell
 * one party of the other (some add `X-Envelope-To` or `for <…>` to what they pass on). The order of the recipients stays.
 */
export function splitEnvelopes<Recipient extends { role: RecipientRole }>(
  recipients: readonly Recipient[],
  maxRecipients: number,
): Envelope<Recipient>[] {
  if (!Number.isInteger(maxRecipients) || maxRecipients < 1) throw new RangeError('maxRecipients must be a whole number of 1 or more');
  const envelopes = (role: Envelope<Recipient>['role'], members: Recipient[]): Envelope<Recipient>[] =>
    Array.from({ length: Math.ceil(members.length / maxRecipients) }, (_, index) => ({
      role,
      recipients: members.slice(index * maxRecipients, (index + 1) * maxRecipients),
    }));
  return [
    ...envelopes(
      'visible',
      recipients.filter(({ role }) => role !== 'bcc'),
    ),
    ...envelopes(
      'bcc',
      recipients.filter(({ role }) => role === 'bcc'),
    ),
  ];
}
