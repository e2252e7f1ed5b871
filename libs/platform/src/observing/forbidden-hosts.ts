import { type Logger } from 'pino';
import { RefusedRequests } from './refused-requests.js';
import { TroubleLog } from './trouble-log.js';

/**
 * For `onForbidden` of a network policy: counts names that lead into a network that is not public, and says which they are, in the log alone.
 * Whoever has set one is told the same as of a name that does not exist.
 */
export function tellForbiddenHosts(logger: Pick<Logger, 'warn'>): (host: string) => void {
  const refused = new RefusedRequests(logger);
  const hosts = new TroubleLog(logger);
  return (host) => {
    refused.note('policy');
    hosts.note(host, { step: 'policy', host }, 'a name that a team has set leads to a network that is not public');
  };
}
