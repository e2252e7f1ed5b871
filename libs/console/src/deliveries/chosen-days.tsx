import { Text } from '@mantine/core';
import { useLanguage } from '../words/words-context.js';
import { isDay, type Period } from './period.js';

/** Writes the chosen days as the page does: the browser writes them in its own language, in which 03/11 may be another day. */
export function ChosenDays({ from = '', until = '' }: Period) {
  const { words, formats } = useLanguage();
  const says = words.deliveries.filter;
  const chosen = [
    ...(isDay(from) ? [`${says.from}: ${formats.wholeDay(from)}`] : []),
    ...(isDay(until) ? [`${says.until}: ${formats.wholeDay(until)}`] : []),
  ];
  return chosen.length === 0 ? null : (
    <Text size="sm" c="dimmed">
      {chosen.join(' · ')}
    </Text>
  );
}
