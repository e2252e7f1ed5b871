/**
 * The recipients of each SMTP transaction, in the order given and at most `maxRecipients` to one. To, Cc and Bcc share a transaction:
 * a server that reads the headers as well would bring a second one, for Bcc alone, to those of To and Cc once more.
 */
export function splitEnvelopes<Recipient>(recipients: readonly Recipient[], maxRecipients: number): Recipient[][] {
  if (!Number.isInteger(maxRecipients) || maxRecipients < 1) throw new RangeError('maxRecipients must be a whole number of 1 or more');
  return Array.from({ length: Math.ceil(recipients.length / maxRecipients) }, (_, index) =>
    recipients.slice(index * maxRecipients, (index + 1) * maxRecipients),
  );
}
