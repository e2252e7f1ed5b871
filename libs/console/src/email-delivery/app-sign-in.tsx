// Connects a mailbox by an app that signs in by itself: no person signs in, so an administrator allows the app beforehand to send for the
// mailbox.
import { FileInput, Stack } from '@mantine/core';
import { type MailConnectionView } from '@billing-mail/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { BusyButton } from '../shell/busy-button.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { AppSteps } from './app-steps.js';
import { OtherErrors, useErrorOf } from './connection-errors.js';
import { ConnectionFields, entered, HINT_BELOW } from './connection-fields.js';
import { type AppInput, connectApp, type ServiceAccount, useRefreshConnection } from './mail-connection-queries.js';

type Props = {
  team: string;
  connection: MailConnectionView | null;
  provider: AppInput['provider'];
  /** The mailbox as far as it was entered already. */
  mailbox: string;
  onConnected: (connection: MailConnectionView) => void;
};

const FIELDS = { microsoft: ['tenant', 'clientId', 'clientSecret', 'mailbox'], google: ['mailbox'] } as const;
/** Pointers of the errors that are about the key file, or about the account that is in it. */
const FILE = ['/serviceAccount', '/serviceAccount/client_email', '/serviceAccount/private_key', '/clientId'];

export function AppSignIn({ team, connection, provider, mailbox, onConnected }: Props) {
  const words = useLanguage().words.ownServer.connection;
  const clients = useClients();
  const refresh = useRefreshConnection(team);
  const known = connection?.grant === 'app' && connection.provider === provider ? connection : null;
  const [app, setApp] = useState({
    ...{ tenant: tenantOf(known), clientId: known?.clientId ?? '', clientSecret: '' },
    mailbox: known?.mailbox ?? mailbox,
  });
  const [file, setFile] = useState<File | null>(null);
  const [isWrongFile, setIsWrongFile] = useState(false);
  const connecting = useMutation({
    mutationFn: (body: AppInput) => connectApp(clients, team, body),
    onSuccess: async () => {
      const connected = await refresh();
      if (connected !== null) onConnected(connected);
    },
  });
  const failure = connecting.error;
  const errorOf = useErrorOf(failure);
  const fields: readonly (keyof typeof app)[] = FIELDS[provider];
  const connect = async (): Promise<void> => {
    const account = file === null ? undefined : await accountOf(file);
    setIsWrongFile(account === null);
    connecting.reset();
    if (account === null) return;
    connecting.mutate({ provider, ...entered(fields, app), ...(account === undefined ? {} : { serviceAccount: account }) });
  };
  const labels = { ...words, mailbox: words.appMailbox };
  const hints: Partial<Record<keyof typeof app, string>> = { clientSecret: words.clientSecretHint, tenant: words.appTenantHint };
  return (
    <Stack gap="sm" id="app-sign-in">
      <ConnectionFields
        {...{ fields, labels, hints, errorOf }}
        // If nobody signs in, no field can be left out.
        required={fields}
        values={app}
        onChange={(field, value) => setApp({ ...app, [field]: value })}
        onEnter={() => {
          if (!connecting.isPending) void connect();
        }}
      >
        {provider === 'google' ? (
          <FileInput
            name="serviceAccount"
            label={words.keyFile}
            required
            description={words.keyFileHint}
            inputWrapperOrder={HINT_BELOW}
            placeholder={words.keyFileChoose}
            accept="application/json,.json"
            value={file}
            error={isWrongFile ? words.keyFileWrong : FILE.map(errorOf).find((error) => error !== null)}
            onChange={setFile}
          />
        ) : null}
      </ConnectionFields>
      <AppSteps provider={provider} clientId={app.clientId.trim()} mailbox={app.mailbox.trim()} />
      {failure instanceof ProblemError && failure.errors.length > 0 ? (
        <OtherErrors failure={failure} known={[...fields.map((field) => `/${field}`), ...FILE]} />
      ) : failure ? (
        <Trouble error={failure} />
      ) : null}
      <div>
        <BusyButton variant="default" busy={connecting.isPending} onClick={() => void connect()}>
          {words.connectApp}
        </BusyButton>
      </div>
    </Stack>
  );
}

/** Returns the directory (tenant) of a connected app. */
const tenantOf = (connection: MailConnectionView | null): string =>
  /^https:\/\/login\.microsoftonline\.com\/([^/]+)\//.exec(connection?.issuer ?? '')?.[1] ?? '';

/** Bytes; far more than a key file has. */
const MAX_BYTES = 100_000;

/** Reads a key file. Returns `null` if it is none; otherwise the parts that are needed, because only they are sent. */
async function accountOf(file: File): Promise<ServiceAccount | null> {
  if (file.size > MAX_BYTES) return null;
  try {
    const { client_email: email, private_key: key } = JSON.parse(await file.text()) as Record<string, unknown>;
    return typeof email === 'string' && typeof key === 'string' ? { client_email: email, private_key: key } : null;
  } catch {
    return null;
  }
}
