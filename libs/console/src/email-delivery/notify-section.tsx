import { Pill, TagsInput } from '@mantine/core';
import { useState } from 'react';
import { useNameOf, usePeople } from '../people/people-queries.js';
import { useLanguage } from '../words/words-context.js';
import { useEditing, useField } from './editing.js';
import { Section } from './section.js';

export function NotifySection({ team }: { team: string }) {
  const words = useLanguage().words.settings.notify;
  const { draft, edit, isReadOnly } = useEditing();
  const nameOf = useNameOf(team);
  const [typed, setTyped] = useState('');
  const people = usePeople(team).filter(({ role }) => role !== 'former');
  const isByName = people.length > 0;
  // The field itself would recognize chosen people by their names, not by their ids.
  const left = people.filter(({ id }) => !draft.notifyUserIds.includes(id));
  // Somebody who types a whole name and leaves the field means that person.
  const idOf = (written: string): string => people.find(({ name }) => name.toLowerCase() === written.toLowerCase())?.id ?? written;
  return (
    <Section title={words.title}>
      <TagsInput
        {...useField('/notifyUserIds')}
        label={words.users}
        description={isReadOnly ? words.hint : `${words.hint} ${isByName ? words.hintByName : words.hintById}`}
        placeholder={isReadOnly || draft.notifyUserIds.length > 0 ? '' : isByName ? words.placeholder : words.placeholderById}
        data={left.map(({ id, name }) => ({ value: id, label: name }))}
        renderPill={({ value, onRemove, disabled }) => (
          <Pill size="md" radius="md" bg="var(--chip-background)" withRemoveButton={!disabled} onRemove={onRemove}>
            {nameOf(String(value))}
          </Pill>
        )}
        value={draft.notifyUserIds}
        searchValue={typed}
        onSearchChange={setTyped}
        // Enter chooses the person who is found, not the letters that found them; in an empty field it chooses nobody.
        selectFirstOptionOnChange={typed !== ''}
        onChange={(written) => edit({ notifyUserIds: [...new Set(written.map(idOf))] })}
        comboboxProps={{ withinPortal: false }}
      />
    </Section>
  );
}
