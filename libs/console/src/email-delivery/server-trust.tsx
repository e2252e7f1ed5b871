// How the server proves who it is where no public authority stands for it; folded away, as few need that.
import { List, Stack, Text, Textarea } from '@mantine/core';
import { type ShownCertificate } from '@billing-mail/contracts';
import { useLanguage } from '../words/words-context.js';
import { useEditing, useField } from './editing.js';

export function ServerTrust() {
  const { trust } = useLanguage().words.settings;
  const { draft, base, edit } = useEditing();
  const [ca, pin] = [useField('/smtp/tls/ca'), useField('/smtp/tls/pin')];
  const isShown =
    [base.ca, base.pin].some((text) => text !== '') || base.clientCertificate !== null || [ca, pin].some(({ error }) => error);
  return (
    <details open={isShown}>
      <summary>{trust.title}</summary>
      <Stack gap="md" mt="sm">
        <Text size="sm">{trust.hint}</Text>
        <Textarea
          {...ca}
          {...pasted}
          label={trust.ca}
          description={trust.caHint}
          value={draft.ca}
          onChange={(event) => edit({ ca: event.currentTarget.value })}
        />
        <Textarea
          {...pin}
          {...pasted}
          label={trust.pin}
          description={trust.pinHint}
          value={draft.pin}
          onChange={(event) => edit({ pin: event.currentTarget.value })}
        />
        <Stored title={trust.stored} certificates={base.certificates} />
        <Stored title={trust.shown} certificates={draft.clientCertificate ? [draft.clientCertificate] : []} />
      </Stack>
    </details>
  );
}

const pasted = { rows: 3, autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;

function Stored({ title, certificates }: { title: string; certificates: readonly ShownCertificate[] }) {
  const { words, formats } = useLanguage();
  if (certificates.length === 0) return null;
  return (
    <div>
      <Text size="sm">{title}</Text>
      <List size="sm" listStyleType="disc">
        {certificates.map(({ subject, fingerprint, validTo }) => (
          <List.Item key={fingerprint} className="breakable">
            {words.settings.trust.until(subject, formats.dateTime(validTo), fingerprint)}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
