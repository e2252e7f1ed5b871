import { type MailConnectionView } from '@billing-mail/contracts';
import { useMutation } from '@tanstack/react-query';
import { useClients } from '../api/clients-context.js';
import { useLanguage } from '../words/words-context.js';
import { AskFirstButton } from './ask-first-button.js';
import { disconnectMailbox, useRefreshConnection } from './mail-connection-queries.js';

type Props = {
  team: string;
  connection: MailConnectionView;
  /** Called when the permission is forgotten here but still exists at the provider. */
  onKept: (connection: MailConnectionView) => void;
};

export function DisconnectButton({ team, connection, onKept }: Props) {
  const words = useLanguage().words.ownServer.connection;
  const clients = useClients();
  const refresh = useRefreshConnection(team);
  const disconnecting = useMutation({
    mutationFn: () => disconnectMailbox(clients, team),
    onSuccess: ({ permission }) => {
      if (permission === 'kept') onKept(connection);
      return refresh();
    },
  });
  const { disconnect: open, disconnectTitle: title, disconnectNo: no } = words;
  return <AskFirstButton words={{ open, title, no, text: words.disconnectText(connection.mailbox) }} doing={disconnecting} />;
}
