import { Stack } from '@mantine/core';
import { useLanguage } from '../words/words-context.js';
import { AddressListField } from './address-list-field.js';
import { useEditing } from './editing.js';
import { Section } from './section.js';

export function CopiesSection() {
  const words = useLanguage().words.settings.copies;
  const { draft, edit } = useEditing();
  return (
    <Section title={words.title}>
      <Stack gap="lg">
        <AddressListField pointer="/cc" label={words.cc} hint={words.ccHint} list={draft.cc} onChange={(cc) => edit({ cc })} />
        <AddressListField pointer="/bcc" label={words.bcc} hint={words.bccHint} list={draft.bcc} onChange={(bcc) => edit({ bcc })} />
      </Stack>
    </Section>
  );
}
