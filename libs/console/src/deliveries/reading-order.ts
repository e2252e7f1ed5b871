import { type DeliveryView, type RecipientView } from '@billing-mail/contracts';
import { mayHaveComeBack } from './may-have-come-back.js';

/** Puts recipients first about whom there is something to read: trouble, and accepted ones who may have two copies, or none. */
export function inReadingOrder(delivery: Pick<DeliveryView, 'recipients' | 'reports'>): RecipientView[] {
  const isToRead = (recipient: RecipientView): boolean => {
    const { status, explanation } = recipient;
    return explanation !== null || (status !== 'accepted' && status !== 'pending') || mayHaveComeBack(delivery, recipient);
  };
  return [...delivery.recipients].sort((a, b) => Number(isToRead(b)) - Number(isToRead(a)));
}
