import { type DeliveryView, type RecipientView } from '@billing-mail/contracts';

/**
 * Returns whether a report that does not say from whom the document came back may be about this recipient. With a single recipient, such a
 * report is about somebody to whom the document was passed on; a report about what the team's own server sent never reaches us.
 */
export const mayHaveComeBack = (
  { recipients, reports }: Pick<DeliveryView, 'recipients' | 'reports'>,
  { address, status, route }: RecipientView,
): boolean =>
  status === 'accepted' &&
  route === 'platform' &&
  recipients.length > 1 &&
  reports.some(({ kind, recipient }) => kind === 'bounced' && recipient === null) &&
  !reports.some(({ kind, recipient }) => kind === 'delivered' && recipient === address);
