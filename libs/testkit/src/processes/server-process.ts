import { startServerProcess as start, type ServerCommand, type ServerProcess } from '@billing-mail/local-servers';
import { watchServerLog } from '../server-errors/server-errors.js';

/** Starts a server, and watches its log for a 5xx that the test does not expect. */
export function startServerProcess(server: ServerCommand): Promise<ServerProcess> {
  const watch = watchServerLog();
  return start({
    ...server,
    onOutput: (text) => {
      watch(text);
      server.onOutput?.(text);
    },
  });
}
