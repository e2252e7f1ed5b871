import { type RecipientView } from '@billing-mail/contracts';

/** First those of whom there is something to read: trouble, and also whoever was accepted and may have got a second copy. */
export function inReadingOrder(recipients: readonly RecipientView[]): RecipientView[] {
  const isToRead = ({ status, explanation }: RecipientView): boolean =>
    explanation !== null || (status !== 'accepted' && status !== 'pending');
  return [...recipients].sort((a, b) => Number(isToRead(b)) - Number(isToRead(a)));
}
