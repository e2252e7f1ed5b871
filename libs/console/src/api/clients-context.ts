import { createContext, useContext } from 'react';
import { type Clients } from './clients.js';

export const ClientsContext = createContext<Clients | null>(null);

/** Returns the clients of the three services. */
export function useClients(): Clients {
  const clients = useContext(ClientsContext);
  if (clients === null) throw new Error('useClients is used outside of ClientsContext.');
  return clients;
}
