import { type DeliveryView } from '@billing-mail/contracts';
import { type Catalogue } from '../words/catalogues.js';

/** By which ways a delivery went that our platform took over; `null` for any other. */
export function sayFallback(
  { usedFallback, recipients }: Pick<DeliveryView, 'usedFallback' | 'recipients'>,
  words: Catalogue,
): string | null {
  if (!usedFallback) return null;
  const says = words.deliveries.usedFallback;
  // What is uncertain or came back may have gone out by the own server, or has.
  const isInPart = recipients.some(
    ({ route, status }) => route === 'custom' && (status === 'accepted' || status === 'uncertain' || status === 'bounced'),
  );
  // A try of our platform that nobody took has sent nothing.
  if (!recipients.some(({ route, status }) => route === 'platform' && (status === 'accepted' || status === 'bounced'))) return says.either;
  return isInPart ? says.part : says.whole;
}
