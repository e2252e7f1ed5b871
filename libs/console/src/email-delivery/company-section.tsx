import { NativeSelect, Stack, TextInput } from '@mantine/core';
import { type Locale, LOCALES } from '@billing-mail/contracts';
import { useLanguage } from '../words/words-context.js';
import { useEditing, useField, useTextField } from './editing.js';
import classes from './form.module.css';
import { MailPreview } from './mail-preview.js';
import { Section } from './section.js';

export function CompanySection() {
  const words = useLanguage().words.settings.company;
  const { draft, edit, isReadOnly } = useEditing();
  const isOwn = draft.sender === 'custom';
  const { readOnly: _, ...locale } = useField('/locale');
  return (
    <Section title={words.title}>
      <div className={classes.columns}>
        <Stack gap="md">
          <TextInput
            {...useTextField('/companyName')}
            label={words.name}
            description={isOwn ? words.nameHintOwn : words.nameHint}
            required={!isReadOnly}
            autoComplete="organization"
          />
          <TextInput
            {...useTextField('/replyTo')}
            label={words.replyTo}
            description={isOwn ? words.replyToHintOwn : words.replyToHint}
            type="email"
            inputMode="email"
            autoComplete="off"
          />
          <NativeSelect
            {...locale}
            disabled={isReadOnly}
            label={words.locale}
            value={draft.locale}
            data={LOCALES.map((each) => ({ value: each, label: words.languages[each] }))}
            onChange={(event) => edit({ locale: event.currentTarget.value as Locale })}
          />
        </Stack>
        <MailPreview />
      </div>
    </Section>
  );
}
