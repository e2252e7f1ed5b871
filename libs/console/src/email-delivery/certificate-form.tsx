// A file with a certificate and its key, and the passphrase that opens it.
import { Button, FileInput, Group, PasswordInput, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { BusyButton } from '../shell/busy-button.js';
import { Trouble } from '../shell/trouble.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';
import { PKCS12, setCertificate } from './certificate-queries.js';
import { HINT_BELOW } from './connection-fields.js';
import classes from './form.module.css';
import { useRefreshOwnServer } from './mail-connection-queries.js';

/** `onKeep`: keeps the certificate that is set; `null` if none is set. */
type Props = { team: string; onSet: () => void; onKeep: (() => void) | null };

export function CertificateForm({ team, onSet, onKeep }: Props) {
  const { words, locale } = useLanguage();
  const says = words.ownServer.certificate;
  const clients = useClients();
  const refresh = useRefreshOwnServer(team);
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const setting = useMutation({
    mutationFn: (chosen: File) => setCertificate(clients, team, chosen, passphrase),
    onSuccess: () => {
      setFile(null);
      setPassphrase('');
      refresh();
      onSet();
    },
  });
  const errors = setting.error instanceof ProblemError ? setting.error.errors : [];
  const errorOf = (pointer: string): string | null =>
    errors
      .filter((error) => error.pointer === pointer)
      .map(({ message }) => sayFieldMessage(message, locale))
      .join('; ') || null;
  const upload = (): void => {
    if (file !== null && !setting.isPending) setting.mutate(file);
  };
  return (
    <Stack gap="sm">
      <div className={classes.columns}>
        <FileInput
          name="certificate"
          label={says.file}
          placeholder={says.choose}
          accept={PKCS12}
          value={file}
          error={errorOf('/file')}
          onChange={(chosen) => {
            setting.reset();
            setFile(chosen);
          }}
        />
        <PasswordInput
          label={says.passphrase}
          description={says.passphraseHint}
          autoComplete="new-password"
          inputWrapperOrder={HINT_BELOW}
          value={passphrase}
          error={errorOf('/passphrase')}
          onChange={(event) => {
            setting.reset();
            setPassphrase(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            // Enter must not submit the form around this field.
            event.preventDefault();
            upload();
          }}
        />
      </div>
      {setting.error && errors.length === 0 ? <Trouble error={setting.error} /> : null}
      <Group gap="xs">
        <BusyButton variant="default" busy={setting.isPending} disabled={file === null} onClick={upload}>
          {says.upload}
        </BusyButton>
        {onKeep === null ? null : (
          <Button variant="subtle" onClick={onKeep}>
            {says.keep}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
