// Which mailbox to connect, and by whose app: by the platform's with one click, or by one of the team's own.
import { Anchor, Group, NativeSelect, Radio, Stack, Text, TextInput } from '@mantine/core';
import { type MailConnectionView, type MailProviderName } from '@billing-mail/contracts';
import { type ReactNode, useId, useState } from 'react';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { BusyButton } from '../shell/busy-button.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { AppSignIn } from './app-sign-in.js';
import { OtherErrors, useErrorOf } from './connection-errors.js';
import { ConnectionFields, entered } from './connection-fields.js';
import { useEditing } from './editing.js';
import { type SignInInput } from './mail-connection-queries.js';

type Props = {
  team: string;
  /** What is connected now; `null`: nothing. */
  connection: MailConnectionView | null;
  onBegin: (body: SignInInput) => void;
  /** Called when a mailbox was connected by an app that signs in by itself. */
  onConnected: (connection: MailConnectionView) => void;
  failure: Error | null;
  isBusy: boolean;
};

export function ConnectChoices(props: Props) {
  const { connection, onBegin, failure, isBusy } = props;
  const words = useLanguage().words.ownServer.connection;
  const { connectableProviders } = useClients().config;
  const [mailbox, setMailbox] = useState(connection !== null && connection.provider !== 'google' ? connection.mailbox : '');
  const [isOwn, setIsOwn] = useState(connectableProviders.length === 0 || (connection?.clientId ?? null) !== null);
  const ownId = useId();
  const errorOf = useErrorOf(failure);
  const chosen = (provider: MailProviderName) =>
    provider === 'google' || mailbox.trim() === '' ? { provider } : { provider, mailbox: mailbox.trim() };
  const isShown = failure instanceof ProblemError && failure.errors.length > 0;
  const intro = (
    <Text size="sm" c="dimmed">
      {words.intro}
    </Text>
  );
  const mailboxField = (
    <TextInput
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      label={words.mailbox}
      description={words.mailboxHint}
      inputMode="email"
      value={mailbox}
      error={errorOf('/mailbox')}
      onChange={(event) => setMailbox(event.currentTarget.value)}
    />
  );
  return (
    <Stack gap="sm">
      {isOwn ? null : intro}
      {isOwn ? null : mailboxField}
      {isOwn || connectableProviders.length === 0 ? null : (
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
      {connectableProviders.length === 0 ? null : (
        <div>
          <Anchor
            component="button"
            type="button"
            size="sm"
            underline="always"
            ta="left"
            aria-expanded={isOwn}
            aria-controls={ownId}
            onClick={() => setIsOwn(!isOwn)}
          >
            {isOwn ? words.ownAppBack : words.ownApp}
          </Anchor>
        </div>
      )}
      <div id={ownId} hidden={!isOwn}>
        {isOwn ? <OwnApp {...props} {...{ mailbox, chosen, intro, mailboxField }} /> : null}
      </div>
    </Stack>
  );
}

type App = { provider: MailProviderName; clientId: string; clientSecret: string; tenant: string; issuer: string; scope: string };
type AppField = Exclude<keyof App, 'provider'>;
const FIELDS_OF: Readonly<Record<MailProviderName, readonly AppField[]>> = {
  microsoft: ['clientId', 'clientSecret', 'tenant'],
  google: ['clientId', 'clientSecret'],
  oidc: ['issuer', 'clientId', 'clientSecret', 'scope'],
};

type OwnAppProps = Props & {
  mailbox: string;
  chosen: (provider: MailProviderName) => SignInInput;
  /** What a person who signs in reads first. */
  intro: ReactNode;
  /** The field for the mailbox, for providers where a mailbox can be shared. */
  mailboxField: ReactNode;
};

function OwnApp(props: OwnAppProps) {
  const { connection, failure, isBusy, chosen, onBegin, intro, mailboxField } = props;
  const { words: all } = useLanguage();
  const words = all.ownServer.connection;
  const { draft } = useEditing();
  const errorOf = useErrorOf(failure);
  const [app, setApp] = useState<App>(() => appOf(connection));
  const [grant, setGrant] = useState(connection?.grant ?? 'delegated');
  const fields = FIELDS_OF[app.provider];
  const begin = (): void => {
    const host = app.provider === 'oidc' && draft.host.trim() !== '' ? { host: draft.host.trim() } : {};
    onBegin({ ...chosen(app.provider), ...entered(fields, app), ...host });
  };
  const hints: Partial<Record<keyof App, string>> = { clientSecret: words.clientSecretHint, tenant: words.tenantHint };
  const choice = (
    <>
      <NativeSelect
        label={words.provider}
        value={app.provider}
        data={(['microsoft', 'google', 'oidc'] as const).map((value) => ({
          value,
          label: value === 'oidc' ? all.settings.server.other : words.providers[value],
        }))}
        onChange={(event) => setApp({ ...app, provider: event.currentTarget.value as MailProviderName })}
      />
      {app.provider === 'oidc' ? null : (
        <Radio.Group label={words.grant} value={grant} onChange={(value) => setGrant(value === 'app' ? 'app' : 'delegated')}>
          <Stack gap={6} mt={6}>
            {(['delegated', 'app'] as const).map((value) => (
              <Radio key={value} value={value} label={words.grants[value]} />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </>
  );
  if (app.provider !== 'oidc' && grant === 'app')
    return (
      <Stack gap="sm">
        {choice}
        <AppSignIn key={app.provider} {...props} provider={app.provider} />
      </Stack>
    );
  return (
    <Stack gap="sm">
      {choice}
      {intro}
      {app.provider === 'google' ? null : mailboxField}
      <ConnectionFields
        {...{ fields, hints, errorOf }}
        required={app.provider === 'oidc' ? ['issuer', 'clientId'] : []}
        values={app}
        labels={words}
        onChange={(field, value) => setApp({ ...app, [field]: value })}
        onEnter={() => {
          if (!isBusy) begin();
        }}
      />
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
  const { provider, grant, clientId, issuer, scope } = connection;
  // A service account is not an app by which a person signs in.
  const ownId = provider === 'google' && grant === 'app' ? '' : (clientId ?? '');
  return { ...empty, provider, clientId: ownId, ...(provider === 'oidc' ? { issuer, scope } : { issuer: '', scope: '' }) };
}
