import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { DOCUMENT_TYPES, type DocumentType } from '@billing-mail/contracts';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { fieldId } from '../paths.js';
import { useLanguage } from '../words/words-context.js';
import { AddressListField } from './address-list-field.js';
import { useEditing } from './editing.js';
import { Section } from './section.js';
import { copyPointer } from './type-copies.js';

/** Copies that only some types of documents get. A type without copies is shown once somebody adds it. */
export function TypeCopiesSection() {
  const words = useLanguage().words.settings.typeCopies;
  const { draft, base, isReadOnly } = useEditing();
  const [added, setAdded] = useState<readonly DocumentType[]>([]);
  const hasAny = (type: DocumentType): boolean =>
    [draft, base].some((each) => each[copyPointer(type, 'cc')].length + each[copyPointer(type, 'bcc')].length > 0);
  const shown = DOCUMENT_TYPES.filter((type) => added.includes(type) || hasAny(type));
  const add = (type: DocumentType): void => {
    setAdded([...added, type]);
    // The button is gone now, so the new field takes the focus.
    requestAnimationFrame(() => document.getElementById(fieldId(copyPointer(type, 'cc')))?.focus());
  };
  return (
    <Section title={words.title}>
      <Text size="sm" c="dimmed" mb="md">
        {isReadOnly && shown.length === 0 ? words.none : words.lead}
      </Text>
      <Stack gap="lg">
        {shown.map((type) => (
          <CopiesOfType key={type} type={type} />
        ))}
        {isReadOnly || shown.length === DOCUMENT_TYPES.length ? null : (
          <Group gap="xs">
            {DOCUMENT_TYPES.filter((type) => !shown.includes(type)).map((type) => (
              <Button
                key={type}
                variant="default"
                size="xs"
                leftSection={<IconPlus size={14} aria-hidden />}
                aria-label={words.add[type]}
                onClick={() => add(type)}
              >
                {words.types[type]}
              </Button>
            ))}
          </Group>
        )}
      </Stack>
    </Section>
  );
}

function CopiesOfType({ type }: { type: DocumentType }) {
  const { typeCopies: words, fields } = useLanguage().words.settings;
  const { draft, edit } = useEditing();
  return (
    <div>
      <Title order={3} size="h5" mb="xs">
        {words.types[type]}
      </Title>
      <Stack gap="md">
        {(['cc', 'bcc'] as const).map((list) => {
          const pointer = copyPointer(type, list);
          return (
            <AddressListField
              key={pointer}
              pointer={pointer}
              label={fields[pointer]}
              hint={words.hints[list]}
              list={draft[pointer]}
              onChange={(addresses) => edit({ [pointer]: addresses })}
            />
          );
        })}
      </Stack>
    </div>
  );
}
