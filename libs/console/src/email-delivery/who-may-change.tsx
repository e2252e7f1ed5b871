import { usePeople } from '../people/people-queries.js';
import { useLanguage } from '../words/words-context.js';

/** The most people who are named: nobody asks more people. */
const NAMED = 5;

/** Says whom a member may ask for a change: the administrators by name, if these are known. */
export function WhoMayChange({ team }: { team: string }) {
  const { words, locale } = useLanguage();
  const { readOnly, readOnlyBut } = words.settings.save;
  const names = usePeople(team)
    .filter(({ role }) => role === 'admin')
    .map(({ name }) => name)
    .sort((one, other) => one.localeCompare(other, locale));
  if (names.length === 0) return readOnly;
  const more = names.length - NAMED;
  return readOnlyBut([...names.slice(0, NAMED), ...(more > 0 ? [words.settings.preview.more(more)] : [])].join(', '), names.length === 1);
}
