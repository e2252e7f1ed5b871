// How the server proves its identity without a public authority; folded away, because few teams need this.
import { List, Stack, Text, Textarea } from '@mantine/core';
import { Address } from '../shell/address.js';
import { useLanguage } from '../words/words-context.js';
import { ClientCertificate, useCertificateInWords } from './client-certificate.js';
import { useEditing, useField, useTextField } from './editing.js';

export function ServerTrust() {
  const { trust } = useLanguage().words.settings;
  const inWords = useCertificateInWords();
  const { base } = useEditing();
  const [ca, pin] = [useTextField('/smtp/tls/ca'), useTextField('/smtp/tls/pin')];
  const client = [useField('/smtp/tls/clientCertificate/file'), useField('/smtp/tls/clientCertificate/passphrase')];
  const isShown =
    [base.ca, base.pin].some((text) => text !== '') || base.clientCertificate !== null || [ca, pin, ...client].some(({ error }) => error);
  const stored =
    base.certificates.length === 0 ? null : (
      <div>
        <Text size="sm">{trust.stored}</Text>
        <List size="sm" listStyleType="disc">
          {base.certificates.map((certificate) => (
            <List.Item key={certificate.fingerprint} className="breakable">
              <Address>{inWords(certificate)}</Address>
            </List.Item>
          ))}
        </List>
      </div>
    );
  return (
    <details open={isShown}>
      <summary>{trust.title}</summary>
      <Stack gap="md" mt="sm">
        <Text size="sm">{trust.hint}</Text>
        <Textarea {...ca} {...pasted} label={trust.ca} description={trust.caHint} />
        {base.ca === '' ? null : stored}
        <Textarea {...pin} {...pasted} label={trust.pin} description={trust.pinHint} />
        {base.ca === '' ? stored : null}
        {/* Starts anew when the saved certificate changes. */}
        <ClientCertificate key={JSON.stringify(base.clientCertificate)} />
      </Stack>
    </details>
  );
}

const pasted = { rows: 3, autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;
