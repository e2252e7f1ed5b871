// The mailbox that signs in to the team's own server by OAuth 2.0: which one it is, what is wrong with it, and how to connect it.
import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { MAIL_PROVIDER_SERVERS, type MailConnectionView } from '@billing-mail/contracts';
import { useState } from 'react';
import { fieldId } from '../paths.js';
import { useNameOf } from '../people/people-queries.js';
import { Address } from '../shell/address.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { ConnectChoices } from './connect-choices.js';
import { DisconnectButton } from './disconnect-button.js';
import { type Draft } from './draft.js';
import { withAccount } from './draft-limits.js';
import { useEditing } from './editing.js';
import { useMailConnection } from './mail-connection-queries.js';
import { useSignIn } from './use-sign-in.js';

export function ConnectedMailbox({ team }: { team: string }) {
  const words = useLanguage().words.ownServer.connection;
  const { draft, edit, isReadOnly } = useEditing();
  const { data: connection, error, refetch } = useMailConnection(team);
  const [isChoosing, setIsChoosing] = useState(false);
  const [kept, setKept] = useState<MailConnectionView | null>(null);
  const use = (connected: MailConnectionView): void => {
    setIsChoosing(false);
    setKept(null);
    edit(serverOf(connected, draft));
  };
  const { signIn, begin, beginning, forget } = useSignIn(team, connection?.connectedAt ?? null, use);

  if (connection === undefined) return error ? <Trouble error={error} onRetry={() => void refetch()} /> : null;
  // Only the owner of an app knows its secret: that of the team's own app has to be entered again.
  const again = (): void => {
    if (connection === null || connection.clientId !== null) return setIsChoosing(true);
    const { provider, mailbox } = connection;
    begin(provider === 'microsoft' ? { provider, mailbox } : { provider });
  };
  return (
    <Stack gap="sm" role="group" id="connected-mailbox" aria-label={words.title}>
      {connection === null ? <Text size="sm">{words.none}</Text> : <Connected team={team} connection={connection} onAgain={again} />}
      {connection === null && kept !== null ? (
        <Alert color="gray" variant="outline" title={words.forgotten(kept.mailbox)} role="status">
          {words.stillListed[kept.provider === 'oidc' ? 'oidc' : (`${kept.provider}-${kept.grant}` as const)]}
        </Alert>
      ) : null}
      {signIn.kind === 'refused' ? (
        <Alert color="red" variant="outline" title={words.refusedTitle} role="alert">
          {words.refusals[signIn.reason]}
        </Alert>
      ) : null}
      {signIn.kind === 'waiting' ? (
        <Alert color="gray" variant="outline" role="status">
          {signIn.isBlocked ? words.blocked : words.waiting}{' '}
          <Anchor href={signIn.url} target="_blank" rel="noopener noreferrer" underline="always" size="sm">
            {words.link}
          </Anchor>
        </Alert>
      ) : null}
      {isReadOnly ? null : connection === null || isChoosing ? (
        <ConnectChoices
          {...{ team, connection }}
          onBegin={begin}
          onConnected={(connected) => {
            forget();
            use(connected);
          }}
          failure={beginning.error}
          isBusy={beginning.isPending}
        />
      ) : (
        <>
          {beginning.error ? <Trouble error={beginning.error} /> : null}
          <Group gap="xs">
            <Button variant="default" size="xs" onClick={() => setIsChoosing(true)}>
              {words.another}
            </Button>
            <DisconnectButton team={team} connection={connection} onKept={setKept} />
          </Group>
        </>
      )}
    </Stack>
  );
}

/**
 * Returns what a connected mailbox fills in: its provider's server with the limits of the account, and its address as the sender if there
 * is none yet.
 */
function serverOf({ server, mailbox }: MailConnectionView, draft: Draft): Partial<Draft> {
  const isOther = server !== null && server.host !== draft.host.trim().toLowerCase();
  return {
    ...withAccount(draft, { host: isOther ? server.host : draft.host, username: mailbox }),
    ...(isOther ? { port: String(server.port), security: server.security } : {}),
    ...(draft.fromAddress.trim() === '' ? { fromAddress: mailbox } : {}),
  };
}

type ConnectedProps = { team: string; connection: MailConnectionView; onAgain: () => void };
function Connected({ team, connection, onAgain }: ConnectedProps) {
  const { words, formats } = useLanguage();
  const says = words.ownServer.connection;
  const { base, draft, edit, isReadOnly } = useEditing();
  const nameOf = useNameOf(team);
  const { mailbox, provider, connectedAt, connectedBy, trouble, clientId, server } = connection;
  const host = draft.host.trim().toLowerCase();
  // With any other server the form cannot be saved.
  const isOtherServer = server !== null && !MAIL_PROVIDER_SERVERS[provider].some((known) => known.host === host);
  const enterServer = (): void => {
    edit(serverOf(connection, draft));
    // The button is gone now, so the field takes the focus.
    document.getElementById(fieldId('/smtp/host'))?.focus();
  };
  const isPlatforms = trouble?.code === 'client_secret_expired' && clientId === null;
  return (
    <>
      <div>
        <Text fw={600} className="breakable">
          <Address>
            {trouble === null ? says.connected(mailbox, says.providers[provider]) : `${mailbox} (${says.providers[provider]})`}
          </Address>
        </Text>
        <Text size="sm" c="dimmed" className="breakable">
          {says.since(formats.inSentence(connectedAt), nameOf(connectedBy))}
        </Text>
        {base.auth === 'oauth2' || isReadOnly || isOtherServer || trouble !== null ? null : <Text size="sm">{says.notSaved}</Text>}
      </div>
      {isOtherServer && !isReadOnly ? (
        <Alert color="yellow" variant="outline">
          <Text size="sm" mb="xs" className="breakable">
            {says.otherServer(server.host)}
          </Text>
          <Button variant="default" size="xs" onClick={enterServer}>
            {says.enterServer(server.host)}
          </Button>
        </Alert>
      ) : null}
      {trouble === null ? null : (
        <Alert color="red" variant="outline" title={says.troubleTitle(mailbox, formats.inSentence(trouble.since))} role="alert">
          <Text size="sm">
            {isPlatforms ? says.platformSecret : says.troubles[trouble.code]} {says.troubleEnd}
          </Text>
          {isReadOnly || isPlatforms ? null : (
            <Button size="xs" mt="xs" onClick={onAgain}>
              {says.again}
            </Button>
          )}
        </Alert>
      )}
    </>
  );
}
