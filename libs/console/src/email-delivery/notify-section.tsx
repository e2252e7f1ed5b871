import { TagsInput } from '@mantine/core';
import { useLanguage } from '../words/words-context.js';
import { useEditing, useField } from './editing.js';
import { Section } from './section.js';

export function NotifySection() {
  const words = useLanguage().words.settings.notify;
  const { draft, edit } = useEditing();
  return (
    <Section title={words.title}>
      <TagsInput
        {...useField('/notifyUserIds')}
        label={words.users}
        description={words.hint}
        placeholder={draft.notifyUserIds.length === 0 ? words.placeholder : ''}
        value={draft.notifyUserIds}
        onChange={(notifyUserIds) => edit({ notifyUserIds })}
        comboboxProps={{ withinPortal: false }}
      />
    </Section>
  );
}
