// Which mailbox is to be connected, and by whose app: the platform's by one click, or one of the team's own.
import { Alert, Anchor, Group, NativeSelect, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type MailConnectionView, type MailProviderName } from '@billing-mail/contracts';
import { useId, useState } from 'react';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { BusyButton } from '../shell/busy-button.js';
import { Trouble } from '../shell/trouble.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';
import { useEditing } from './editing.js';
import classes from './form.module.css';
import { type MailConnectionInput } from './mail-connection-queries.js';

type Props = {
  /** What is connected now; `null`: nothing. */
  connection: MailConnectionView | null;
  onBegin: (body: MailConnectionInput) => void;
  failure: Error | null;
  isBusy: boolean;
};

export function ConnectChoices({ connection, onBegin, failure, isBusy }: Props) {
  const words = useLanguage().words.ownServer.connection;
  const { connectableProviders } = useClients().config;
  const [mailbox, setMailbox] = useState(connection !== null && connection.provider !== 'google' ? connection.mailbox : '');
  const [isOwn, setIsOwn] = useState(connectableProviders.length === 0 || (connection?.clientId ?? null) !== null);
  const ownId = useId();
  const errorOf = useErrorOf(failure);
  const chosen = (provider: MailProviderName) =>
    provider === 'google' || mailbox.trim() === '' ? { provider } : { provider, mailbox: mailbox.trim() };
  const isShown = failure instanceof ProblemError && failure.errors.length > 0;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {words.intro}
      </Text>
      <TextInput
        {...plain}
        label={words.mailbox}
        description={words.mailboxHint}
        inputMode="email"
        value={mailbox}
        error={errorOf('/mailbox')}
        onChange={(event) => setMailbox(event.currentTarget.value)}
      />
      {connectableProviders.length === 0 ? null : (
        <Group gap="xs">
          {connectableProviders.map((provider) => (
            <BusyButton key={provider} variant="default" busy={isBusy} onClick={() => onBegin(chosen(provider))}>
              {words.connect(words.providers[provider])}
            </BusyButton>
          ))}
        </Group>
      )}
      {failure && !isShown ? <Trouble error={failure} /> : null}
      {isShown && !isOwn ? <OtherErrors failure={failure} known={['/mailbox']} /> : null}
      <div>
        <Anchor
          component="button"
          type="button"
          size="sm"
          ta="left"
          aria-expanded={isOwn}
          aria-controls={ownId}
          onClick={() => setIsOwn(!isOwn)}
        >
          {words.ownApp}
        </Anchor>
      </div>
      <div id={ownId} hidden={!isOwn}>
        {isOwn ? <OwnApp connection={connection} failure={failure} isBusy={isBusy} chosen={chosen} onBegin={onBegin} /> : null}
      </div>
    </Stack>
  );
}

// Browsers and their password stores would fill in what the reader uses elsewhere.
const plain = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;

type App = { provider: MailProviderName; clientId: string; clientSecret: string; tenant: string; issuer: string; scope: string };
type AppField = Exclude<keyof App, 'provider'>;
const FIELDS_OF: Readonly<Record<MailProviderName, readonly AppField[]>> = {
  microsoft: ['clientId', 'clientSecret', 'tenant'],
  google: ['clientId', 'clientSecret'],
  oidc: ['issuer', 'clientId', 'clientSecret', 'scope'],
};

type OwnAppProps = Props & { chosen: (provider: MailProviderName) => MailConnectionInput };

function OwnApp({ connection, failure, isBusy, chosen, onBegin }: OwnAppProps) {
  const { words: all } = useLanguage();
  const words = all.ownServer.connection;
  const { draft } = useEditing();
  const errorOf = useErrorOf(failure);
  const [app, setApp] = useState<App>(() => appOf(connection));
  const fields = FIELDS_OF[app.provider];
  const begin = (): void => {
    const filled = fields.filter((field) => app[field].trim() !== '').map((field) => [field, app[field].trim()] as const);
    const host = app.provider === 'oidc' && draft.host.trim() !== '' ? { host: draft.host.trim() } : {};
    onBegin({ ...chosen(app.provider), ...Object.fromEntries(filled), ...host });
  };
  const hints: Partial<Record<keyof App, string>> = { clientSecret: words.clientSecretHint, tenant: words.tenantHint };
  return (
    <Stack gap="sm">
      <NativeSelect
        label={words.provider}
        value={app.provider}
        data={(['microsoft', 'google', 'oidc'] as const).map((value) => ({
          value,
          label: value === 'oidc' ? all.settings.server.other : words.providers[value],
        }))}
        onChange={(event) => setApp({ ...app, provider: event.currentTarget.value as MailProviderName })}
      />
      <div className={classes.columns}>
        {fields.map((field) => {
          const Field = field === 'clientSecret' ? PasswordInput : TextInput;
          return (
            <Field
              key={field}
              {...plain}
              {...(field === 'clientSecret' ? { autoComplete: 'new-password' } : {})}
              label={words[field]}
              description={hints[field]}
              value={app[field]}
              error={errorOf(`/${field}`)}
              onChange={(event) => setApp({ ...app, [field]: event.currentTarget.value })}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                // Not the form around it.
                event.preventDefault();
                if (!isBusy) begin();
              }}
            />
          );
        })}
      </div>
      <OtherErrors failure={failure} known={['/mailbox', ...fields.map((field) => `/${field}`)]} />
      <div>
        <BusyButton variant="default" busy={isBusy} onClick={begin}>
          {words.start}
        </BusyButton>
      </div>
    </Stack>
  );
}

function appOf(connection: MailConnectionView | null): App {
  const empty = { clientSecret: '', tenant: '' };
  if (connection === null) return { ...empty, provider: 'microsoft', clientId: '', issuer: '', scope: '' };
  const { provider, clientId, issuer, scope } = connection;
  return { ...empty, provider, clientId: clientId ?? '', ...(provider === 'oidc' ? { issuer, scope } : { issuer: '', scope: '' }) };
}

function useErrorOf(failure: Error | null): (pointer: string) => string | null {
  const { locale } = useLanguage();
  const errors = failure instanceof ProblemError ? failure.errors : [];
  return (pointer) => {
    const error = errors.find((each) => each.pointer === pointer);
    return error ? sayFieldMessage(error.message, locale) : null;
  };
}

/** What is wrong with something that has no field here, such as the server. */
function OtherErrors({ failure, known }: { failure: Error | null; known: readonly string[] }) {
  const { words, locale } = useLanguage();
  const errors = failure instanceof ProblemError ? failure.errors.filter(({ pointer }) => !known.includes(pointer)) : [];
  if (errors.length === 0) return null;
  const names: Record<string, string> = {
    '/host': words.settings.server.host,
    '/clientId': words.ownServer.connection.clientId,
    '/issuer': words.ownServer.connection.issuer,
  };
  return (
    <Alert color="red" variant="outline" role="alert">
      {errors.map(({ pointer, message }) => (
        <Text key={pointer} size="sm">
          {names[pointer] ?? pointer}: {sayFieldMessage(message, locale)}
        </Text>
      ))}
    </Alert>
  );
}
