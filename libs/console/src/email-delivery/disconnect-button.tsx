import { useMutation } from '@tanstack/react-query';
import { useClients } from '../api/clients-context.js';
import { useLanguage } from '../words/words-context.js';
import { AskFirstButton } from './ask-first-button.js';
import { disconnectMailbox, useRefreshConnection } from './mail-connection-queries.js';

export function DisconnectButton({ team, mailbox }: { team: string; mailbox: string }) {
  const words = useLanguage().words.ownServer.connection;
  const clients = useClients();
  const refresh = useRefreshConnection(team);
  const disconnecting = useMutation({ mutationFn: () => disconnectMailbox(clients, team), onSuccess: refresh });
  const { disconnect: open, disconnectTitle: title, disconnectNo: no } = words;
  return <AskFirstButton words={{ open, title, no, text: words.disconnectText(mailbox) }} doing={disconnecting} />;
}
