// Who changed what and when, and a way back to an earlier version.
import { Button, Text } from '@mantine/core';
import { type SettingsChangeRecord } from '@billing-mail/contracts';
import { useState } from 'react';
import { useNameOf } from '../people/people-queries.js';
import { Address } from '../shell/address.js';
import rows from '../shell/rows.module.css';
import { type Language, useLanguage } from '../words/words-context.js';
import { useEditing } from './editing.js';
import { formerState, type FormerState } from './former-state.js';
import classes from './history-section.module.css';
import { sayValue } from './say-value.js';
import { Section } from './section.js';
import { useHistory } from './settings-queries.js';

const SHOWN_AT_FIRST = 5;

export function HistorySection({ team }: { team: string }) {
  const { words } = useLanguage();
  const { history: says } = words.settings;
  const { base, edit, isReadOnly } = useEditing();
  const { data } = useHistory(team, true);
  const nameOf = useNameOf(team);
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const [taken, setTaken] = useState<{ version: number; state: FormerState } | null>(null);
  const records = (data?.items ?? []) as SettingsChangeRecord[];
  if (records.length === 0) return null;
  const goBack = (version: number): void => {
    const state = formerState(base, records, version);
    edit(state.changes);
    setTaken({ version, state });
  };
  return (
    <Section title={says.title}>
      <ol className={`plain-list ${rows.rows} ${classes.list}`}>
        {records.slice(0, shown).map((record, index) => (
          <li key={record.version} data-version={record.version}>
            <HistoryRecord record={record} nameOf={nameOf} />
            {isReadOnly || index === 0 ? null : (
              <Button variant="default" size="xs" onClick={() => goBack(record.version)} aria-label={says.backTo(record.version)}>
                {says.back}
              </Button>
            )}
            {taken?.version === record.version ? <Text role="status">{sayTaken(taken.state, words)}</Text> : null}
          </li>
        ))}
      </ol>
      {records.length > shown ? (
        <Button variant="subtle" size="compact-sm" px={0} mt={8} onClick={() => setShown(Infinity)}>
          {words.settings.copies.showAll(records.length)}
        </Button>
      ) : null}
      {data?.nextCursor === null || shown === SHOWN_AT_FIRST ? null : (
        <Text size="sm" c="dimmed">
          {says.older}
        </Text>
      )}
    </Section>
  );
}

type NameOf = ReturnType<typeof useNameOf>;

function HistoryRecord({ record, nameOf }: { record: SettingsChangeRecord; nameOf: NameOf }) {
  const { words, formats } = useLanguage();
  return (
    <div className={`${rows.text} ${classes.record}`}>
      <Text size="sm" fw={550} className="breakable">
        {words.settings.history.made(nameOf(record.changedBy), formats.inSentence(record.changedAt))}
      </Text>
      <ul>
        {record.changes.map((change) => (
          <li key={change.pointer} className="breakable">
            {fieldOf(change.pointer, words)}: <Address>{sayChange(change, words, nameOf)}</Address>
          </li>
        ))}
      </ul>
    </div>
  );
}

type Words = Language['words'];
type Change = SettingsChangeRecord['changes'][number];

const fieldOf = (pointer: string, { settings }: Words): string =>
  (settings.fields as Record<string, string>)[pointer] ?? (settings.history.fields as Record<string, string>)[pointer] ?? pointer;

function sayChange(change: Change, words: Words, nameOf: NameOf): string {
  const { history: says } = words.settings;
  if ('secret' in change) return says.secret[change.secret];
  if ('added' in change) {
    const { added, addedCount, removed, removedCount } = change;
    if (addedCount + removedCount === 0) return says.order;
    const list = (members: typeof added, count: number): string =>
      [
        ...members.map((each) => (typeof each === 'string' ? nameOf(each) : each.address)),
        ...(count > members.length ? [words.settings.preview.more(count - members.length)] : []),
      ].join(', ');
    return [
      ...(addedCount === 0 ? [] : [says.added(list(added, addedCount))]),
      ...(removedCount === 0 ? [] : [says.removed(list(removed, removedCount))]),
    ].join('; ');
  }
  const say = (value: typeof change.to): string => sayValue(change.pointer, value, words);
  const isNew = change.from === null || change.from === '';
  return isNew ? say(change.to) : says.change(say(change.from), say(change.to));
}

function sayTaken({ changes, lost }: FormerState, words: Words): string {
  const { history: says } = words.settings;
  const count = Object.keys(changes).length;
  const first = count === 0 ? says.same : says.taken(count);
  return lost.length === 0 ? first : `${first} ${says.lost(lost.map((pointer) => fieldOf(pointer, words)).join(', '))}`;
}
