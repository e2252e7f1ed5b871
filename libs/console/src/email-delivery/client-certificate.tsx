// The certificate for the team's server if it asks for one: which one is stored, replacing it, and removing it. It is saved with the form.
import { Button, FileInput, Group, Input, PasswordInput, Stack, Text } from '@mantine/core';
import { type ShownCertificate } from '@billing-mail/contracts';
import { useState } from 'react';
import { Address } from '../shell/address.js';
import { useLanguage } from '../words/words-context.js';
import { HINT_BELOW } from './connection-fields.js';
import { PKCS12, toBase64 } from './certificate-queries.js';
import { isFile } from './draft.js';
import { useEditing, useField } from './editing.js';
import classes from './form.module.css';

export function ClientCertificate() {
  const { words } = useLanguage();
  const { trust } = words.settings;
  const says = words.ownServer.certificate;
  const { draft, edit, isReadOnly } = useEditing();
  const { id, error } = useField('/smtp/tls/clientCertificate/file');
  const inWords = useCertificateInWords();
  const [isReplacing, setIsReplacing] = useState(false);
  const { clientCertificate: certificate } = draft;
  const forget = () => edit({ clientCertificate: null, clientPassphrase: '' });
  if (certificate !== null && !isFile(certificate) && !isReplacing)
    return (
      <Input.Wrapper label={trust.clientStored} labelElement="div" error={error}>
        <Text size="sm" py={6} id={id} tabIndex={-1} className="breakable">
          <Address>{inWords(certificate)}</Address>
        </Text>
        {isReadOnly ? null : (
          <Group gap="xs">
            <Button variant="default" size="xs" onClick={() => setIsReplacing(true)}>
              {says.replace}
            </Button>
            <Button variant="default" size="xs" onClick={forget}>
              {says.remove}
            </Button>
          </Group>
        )}
      </Input.Wrapper>
    );
  return isReadOnly ? null : <Another onKeep={() => setIsReplacing(false)} />;
}

/** `onKeep`: called when the stored certificate is to stay. */
function Another({ onKeep }: { onKeep: () => void }) {
  const { words } = useLanguage();
  const { trust } = words.settings;
  const says = words.ownServer.certificate;
  const { draft, base, edit } = useEditing();
  const { readOnly: _, ...file } = useField('/smtp/tls/clientCertificate/file');
  const { readOnly: _too, ...passphrase } = useField('/smtp/tls/clientCertificate/passphrase');
  const [chosen, setChosen] = useState<File | null>(null);
  const choose = async (next: File | null): Promise<void> => {
    setChosen(next);
    edit({ clientCertificate: next === null ? null : { name: next.name, file: await toBase64(next) } });
  };
  const keep = (): void => {
    edit({ clientCertificate: base.clientCertificate, clientPassphrase: '' });
    onKeep();
  };
  return (
    <Stack gap="xs">
      <div className={classes.columns}>
        <FileInput
          {...file}
          name="clientCertificate"
          label={trust.client}
          description={trust.clientHint}
          inputWrapperOrder={HINT_BELOW}
          placeholder={says.choose}
          accept={PKCS12}
          clearable
          clearButtonProps={{ 'aria-label': says.remove }}
          value={isFile(draft.clientCertificate) ? chosen : null}
          onChange={(next) => void choose(next)}
        />
        <PasswordInput
          {...passphrase}
          label={says.passphrase}
          description={trust.passphraseHint}
          inputWrapperOrder={HINT_BELOW}
          autoComplete="new-password"
          value={draft.clientPassphrase}
          onChange={(event) => edit({ clientPassphrase: event.currentTarget.value })}
        />
      </div>
      {base.clientCertificate === null ? null : (
        <div>
          <Button variant="subtle" size="compact-xs" px={0} onClick={keep}>
            {says.keep}
          </Button>
        </div>
      )}
    </Stack>
  );
}

export function useCertificateInWords(): (certificate: ShownCertificate) => string {
  const { words, formats } = useLanguage();
  return ({ subject, validTo, fingerprint }) => words.settings.trust.until(subject, formats.inSentence(validTo), fingerprint);
}
