import { type Locale } from '@billing-mail/contracts';
import { CATALOGUES } from './catalogues.js';

/** Returns a message about a field in the reader's language; an unknown message stays as it came. */
export function sayFieldMessage(message: string, locale: Locale): string {
  const { plain, patterns } = CATALOGUES[locale].fieldMessages;
  const exact = plain.get(message);
  if (exact !== undefined) return exact;
  for (const { message: pattern, say } of patterns) {
    const match = pattern.exec(message);
    if (match) return say(...match.slice(1));
  }
  return message;
}
