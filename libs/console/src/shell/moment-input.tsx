import { TextInput } from '@mantine/core';
import { type ReactNode } from 'react';
import { ownTimeZone } from '../api/own-time-zone.js';
import { useLanguage } from '../words/words-context.js';

type Props = { label: string; value: string; onChange: (value: string) => void; error?: ReactNode };

/**
 * A field for a day and a time in the reader's time zone. The browser writes them in its own language, in which 03/11 may be another day
 * than in the page's, so the moment stands below the field as the page writes it.
 */
export function MomentInput({ label, value, onChange, error }: Props) {
  const { formats } = useLanguage();
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      description={Number.isNaN(Date.parse(value)) ? null : `${formats.dateTime(value)} (${ownTimeZone().replaceAll('_', ' ')})`}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
    />
  );
}
