import { type DeliveryView } from '@billing-mail/contracts';
import { type Catalogue } from '../words/catalogues.js';

/** Says which routes a delivery took that went out by the fallback; `null` for any other delivery. */
export function sayFallback(
  { usedFallback, recipients }: Pick<DeliveryView, 'usedFallback' | 'recipients'>,
  words: Catalogue,
): string | null {
  if (!usedFallback) return null;
  const says = words.deliveries.usedFallback;
  // A mail that is uncertain on the custom route may have gone out by the team's own server; one that came back has.
  const isInPart = recipients.some(
    ({ route, status }) => route === 'custom' && (status === 'accepted' || status === 'uncertain' || status === 'bounced'),
  );
  // A try of the platform that no server accepted has sent nothing.
  if (!recipients.some(({ route, status }) => route === 'platform' && (status === 'accepted' || status === 'bounced'))) return says.either;
  return isInPart ? says.part : says.whole;
}
