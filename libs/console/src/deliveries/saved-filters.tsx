// Filters to which a reader has given names, in this browser and for this user alone.
import { Anchor, Button, CloseButton, Group, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { deliveriesPath } from '../paths.js';
import { currentSession } from '../session/session-store.js';
import { useLanguage } from '../words/words-context.js';
import classes from './saved-filters.module.css';
import { type DeliveryFilter, isFiltered, readFilter, writeFilter } from './delivery-filter.js';

type SavedFilter = { name: string; search: string };

/** With more of them at the head of a page, nobody could tell them apart. */
const MOST = 20;
const LONGEST_NAME = 60;

export function SavedFilters({ team, filter }: { team: string; filter: DeliveryFilter }) {
  const words = useLanguage().words.deliveries.saved;
  const key = keyOf(team);
  const [saved, setSaved] = useState(() => readSaved(key));
  const [name, setName] = useState<string | null>(null);
  const keep = (next: SavedFilter[]): void => {
    localStorage.setItem(key, JSON.stringify(next));
    setSaved(next);
  };
  const search = writeFilter(filter);
  const canSave = isFiltered(filter) && saved.length < MOST && saved.every((each) => each.search !== search);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const given = name?.trim() ?? '';
    if (given === '') return;
    keep([...saved.filter((each) => each.name !== given), { name: given, search }]);
    setName(null);
  };
  if (saved.length === 0 && !canSave) return null;
  return (
    <Group gap="xs" mb="md" component="section" aria-label={words.title}>
      {saved.length === 0 ? null : (
        <Text size="sm" c="dimmed">
          {words.title}
        </Text>
      )}
      {saved.map((each) => (
        <span key={each.name} className={classes.saved} data-current={each.search === search || undefined}>
          <Anchor component={Link} href={`${deliveriesPath(team)}${each.search}`} size="sm" underline="always" className="breakable">
            {each.name}
          </Anchor>
          <CloseButton size="xs" aria-label={words.remove(each.name)} onClick={() => keep(saved.filter((one) => one !== each))} />
        </span>
      ))}
      {!canSave ? null : name === null ? (
        <Button variant="subtle" size="compact-sm" px={0} onClick={() => setName('')}>
          {words.save}
        </Button>
      ) : (
        <form onSubmit={save}>
          <Group gap="xs">
            <TextInput
              size="xs"
              aria-label={words.name}
              placeholder={words.name}
              maxLength={LONGEST_NAME}
              value={name}
              data-autofocus
              ref={(input) => input?.focus()}
              onChange={({ currentTarget: { value } }) => setName(value)}
            />
            <Button type="submit" size="xs" variant="default">
              {words.confirm}
            </Button>
          </Group>
        </form>
      )}
    </Group>
  );
}

function keyOf(team: string): string {
  const session = currentSession();
  return `billing-mail.filters ${JSON.stringify([session.kind === 'signed_in' ? session.claims.sub : '', team])}`;
}

/** Reads the saved filters. Ignores entries that cannot be read, which an earlier version of the page or a person may have written. */
function readSaved(key: string): SavedFilter[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return (Array.isArray(kept) ? (kept as Partial<SavedFilter>[]) : [])
      .filter((each): each is SavedFilter => typeof each?.name === 'string' && typeof each.search === 'string')
      .map(({ name, search }) => ({ name, search: writeFilter(readFilter(search)) }))
      .filter(({ search }) => search !== '');
  } catch {
    return []; // not JSON
  }
}
