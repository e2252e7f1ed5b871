import { type RecipientView } from '@billing-mail/contracts';

/** Puts recipients first about whom there is something to read: trouble, and accepted ones who may have got a second copy. */
export function inReadingOrder(recipients: readonly RecipientView[]): RecipientView[] {
  const isToRead = ({ status, explanation }: RecipientView): boolean =>
    explanation !== null || (status !== 'accepted' && status !== 'pending');
  return [...recipients].sort((a, b) => Number(isToRead(b)) - Number(isToRead(a)));
}
