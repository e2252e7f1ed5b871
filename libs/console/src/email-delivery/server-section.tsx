// The team's own mail server: provider, address of the server, sign-in, sender, and what happens when it fails.
import { Alert, NativeSelect, Stack, Switch, TextInput } from '@mantine/core';
import { type SmtpSecurity } from '@billing-mail/contracts';
import { useLanguage } from '../words/words-context.js';
import { ConnectedMailbox } from './connected-mailbox.js';
import { type Draft } from './draft.js';
import { withAccount } from './draft-limits.js';
import { useEditing, useField, useTextField } from './editing.js';
import classes from './form.module.css';
import { LimitsFields } from './limits-fields.js';
import { PasswordField } from './password-field.js';
import { presetOf, PROVIDER_PRESETS, withAuth, withPreset } from './provider-presets.js';
import { Section } from './section.js';
import { ServerTrust } from './server-trust.js';

export function ServerSection({ team }: { team: string }) {
  const words = useLanguage().words.settings.server;
  const { draft, base, edit, isReadOnly } = useEditing();
  const preset = presetOf(draft.host);
  const { readOnly: _, ...security } = useField('/smtp/security');
  return (
    <Section title={words.title}>
      <Stack gap="md">
        <NativeSelect
          label={words.provider}
          description={words.providerHint}
          value={preset?.id ?? 'other'}
          disabled={isReadOnly}
          data={[...PROVIDER_PRESETS.map(({ id, name }) => ({ value: id, label: name })), { value: 'other', label: words.other }]}
          onChange={(event) => edit(withPreset(base, draft, event.currentTarget.value))}
        />
        {preset !== null && draft.auth === 'password' ? (
          <Alert color="yellow" variant="outline">
            {words.signInHints[preset.hint]}
          </Alert>
        ) : null}
        <div className={classes.serverLine}>
          <TextInput
            {...useTextField('/smtp/host')}
            {...plain}
            label={words.host}
            required={!isReadOnly}
            onChange={(event) => edit(withAccount(draft, { host: event.currentTarget.value }))}
          />
          <TextInput {...useTextField('/smtp/port')} {...plain} label={words.port} required={!isReadOnly} inputMode="numeric" />
          <NativeSelect
            {...security}
            disabled={isReadOnly}
            label={words.security}
            value={draft.security}
            data={(['tls', 'starttls', 'none'] as const).map((value) => ({ value, label: words[value] }))}
            onChange={(event) => edit({ security: event.currentTarget.value as SmtpSecurity })}
          />
        </div>
        <SignIn team={team} />
        <ServerTrust />
        <div className={classes.columns}>
          <TextInput
            {...useTextField('/smtp/fromAddress')}
            {...plain}
            label={words.fromAddress}
            description={words.fromAddressHint}
            required={!isReadOnly}
            inputMode="email"
          />
          <TextInput
            {...useTextField('/smtp/fromName')}
            {...plain}
            label={words.fromName}
            description={words.fromNameHint}
            placeholder={draft.companyName}
          />
        </div>
        <LimitsFields />
        <Switch
          id={useField('/fallback').id}
          checked={draft.fallback}
          disabled={isReadOnly}
          label={words.fallback}
          description={draft.fallback ? words.fallbackOn : words.fallbackOff}
          onChange={(event) => edit({ fallback: event.currentTarget.checked })}
        />
      </Stack>
    </Section>
  );
}

// Browsers and password managers do not know these values and would fill in the reader's own.
const plain = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;

function SignIn({ team }: { team: string }) {
  const words = useLanguage().words.settings.server;
  const { draft, base, edit, isReadOnly } = useEditing();
  const { readOnly: _, ...auth } = useField('/smtp/auth/type');
  const username = useTextField('/smtp/auth/username');
  return (
    <>
      <NativeSelect
        {...auth}
        label={words.auth}
        disabled={isReadOnly}
        value={draft.auth}
        data={[
          { value: 'password', label: words.authPassword },
          { value: 'oauth2', label: words.authConnected },
          { value: 'none', label: words.authNone },
        ]}
        onChange={(event) => edit(withAuth(base, event.currentTarget.value as Draft['auth']))}
      />
      {draft.auth === 'oauth2' ? <ConnectedMailbox team={team} /> : null}
      {draft.auth === 'password' ? (
        <div className={classes.columns}>
          <TextInput
            {...username}
            {...plain}
            label={words.username}
            required={!isReadOnly}
            onChange={(event) => edit(withAccount(draft, { username: event.currentTarget.value }))}
          />
          <PasswordField team={team} />
        </div>
      ) : null}
    </>
  );
}
