// What an administrator does at the provider before an app can sign in by itself, with the values to paste.
import { List, Text } from '@mantine/core';
import { CopyTextButton } from '../shell/copy-text-button.js';
import { useLanguage } from '../words/words-context.js';

type Props = { provider: 'microsoft' | 'google'; clientId: string; mailbox: string };

export function AppSteps({ provider, clientId, mailbox }: Props) {
  const words = useLanguage().words.ownServer.connection;
  const pasted = provider === 'google' ? GOOGLE_SCOPE : exchangeCommands(plainOr(clientId, 'CLIENT-ID'), plainOr(mailbox, 'MAILBOX'));
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {words.stepsTitle}
      </Text>
      <List type="ordered" size="sm">
        {words.steps[provider].map((step) => (
          <List.Item key={step}>{step}</List.Item>
        ))}
      </List>
      <code className="code-block" tabIndex={0}>
        {pasted}
      </code>
      <CopyTextButton text={pasted} size="xs" mt="xs" />
    </div>
  );
}

/** https://developers.google.com/identity/protocols/oauth2/service-account */
const GOOGLE_SCOPE = 'https://mail.google.com/';

/** https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth */
const exchangeCommands = (clientId: string, mailbox: string): string =>
  [
    'Connect-ExchangeOnline',
    `New-ServicePrincipal -AppId ${clientId} -ObjectId OBJECT-ID`,
    `Add-MailboxPermission -Identity ${mailbox} -User OBJECT-ID -AccessRights FullAccess`,
    `Set-CASMailbox -Identity ${mailbox} -SmtpClientAuthenticationDisabled $false`,
  ].join('\n');

/** Somebody else may have entered the value, so it must contain nothing that a shell would read as more than a value. */
const plainOr = (value: string, otherwise: string): string => (/^\w[\w.@+-]*$/.test(value) ? value : otherwise);
