import { Button, Group, Input, PasswordInput, Text } from '@mantine/core';
import { useState } from 'react';
import { useNameOf } from '../people/people-queries.js';
import { useLanguage } from '../words/words-context.js';
import { HINT_BELOW } from './connection-fields.js';
import { needsPasswordAgain } from './draft.js';
import { useEditing, useField } from './editing.js';
import { useSetRecord } from './settings-queries.js';

/** A password that can be written but never read: of the stored one, the field shows only when and by whom it was set. */
export function PasswordField({ team }: { team: string }) {
  const { words, formats } = useLanguage();
  const { server } = words.settings;
  const { draft, base, edit, isReadOnly } = useEditing();
  const { id, error } = useField('/smtp/auth/password');
  const isStored = base.password === null;
  const record = useSetRecord(team, 'password', isStored);
  const nameOf = useNameOf(team);
  const isAskedAgain = needsPasswordAgain(base, draft);
  // A reader who follows a link to this field wants to replace the password; the stored one stays until something is typed.
  const [isOpen, setIsOpen] = useState(() => !isReadOnly && window.location.hash === `#${id}`);
  const replaceBy = (password: string | null): void => {
    edit({ password });
    setIsOpen(false);
  };

  if (draft.password === null && !isAskedAgain && !isOpen) {
    return (
      <Input.Wrapper label={server.password} labelElement="div" error={error}>
        <Text size="sm" py={6} id={id} tabIndex={-1}>
          {record ? server.passwordSet(formats.inSentence(record.changedAt), nameOf(record.changedBy)) : server.passwordSetUnknown}
        </Text>
        {isReadOnly ? null : (
          <Group gap="xs">
            <Button variant="default" size="xs" onClick={() => replaceBy('')}>
              {server.replace}
            </Button>
            <Button variant="default" size="xs" onClick={() => edit({ auth: 'none' })}>
              {server.remove}
            </Button>
          </Group>
        )}
      </Input.Wrapper>
    );
  }
  return (
    <div>
      <PasswordInput
        id={id}
        error={error}
        label={server.password}
        description={isAskedAgain ? server.passwordAgain : server.passwordHint}
        inputWrapperOrder={HINT_BELOW}
        required={!isReadOnly}
        readOnly={isReadOnly}
        autoComplete="new-password"
        value={draft.password ?? ''}
        onChange={(event) => replaceBy(event.currentTarget.value)}
      />
      {isStored && !isAskedAgain ? (
        <Button variant="subtle" size="compact-xs" px={0} mt={4} onClick={() => replaceBy(null)}>
          {server.keep}
        </Button>
      ) : null}
    </div>
  );
}
