import { Text, TextInput } from '@mantine/core';
import { type SendingLimit } from '@billing-mail/contracts';
import { useId } from 'react';
import { useLanguage } from '../words/words-context.js';
import { useTextField } from './editing.js';
import classes from './form.module.css';

/** Fields for how much the team's own server may send by its account. */
export function LimitsFields() {
  const words = useLanguage().words.settings.server;
  const id = useId();
  return (
    <div role="group" aria-labelledby={`${id}-title`} aria-describedby={`${id}-hint`}>
      <Text id={`${id}-title`} size="sm" fw={650}>
        {words.limits}
      </Text>
      <Text id={`${id}-hint`} size="xs" c="dimmed" mb="xs">
        {words.limitsHint}
      </Text>
      <div className={classes.limits}>
        <LimitField name="connections" />
        <LimitField name="messagesPerMinute" />
        <LimitField name="recipientsPerDay" />
      </div>
    </div>
  );
}

function LimitField({ name }: { name: SendingLimit }) {
  const words = useLanguage().words.settings.server;
  const field = useTextField(`/smtp/limits/${name}`);
  // An empty box says nothing to somebody who may not fill it in.
  const value = field.readOnly && field.value === '' ? words.noLimit : field.value;
  return <TextInput {...field} value={value} autoComplete="off" inputMode="numeric" label={words[name]} />;
}
