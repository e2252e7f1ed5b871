import { type DeliveryForecast } from '@billing-mail/contracts';
import { type Language } from '../words/words-context.js';

/** Says in one sentence how many documents the limits of the team's own server hold up, and when the last one goes; `null` if none. */
export function sayForecast(
  { heldByLimits, endsAt }: DeliveryForecast,
  { words, formats }: Pick<Language, 'words' | 'formats'>,
  now: Date,
): string | null {
  if (heldByLimits === 0 || endsAt === null) return null;
  const says = words.deliveries.forecast;
  const isToday = formats.isSameDay(endsAt, now.toISOString());
  return isToday ? says.today(heldByLimits, formats.clock(endsAt)) : says.later(heldByLimits, formats.inSentence(endsAt));
}
