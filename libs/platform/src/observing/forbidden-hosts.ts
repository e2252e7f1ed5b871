import { type Logger } from 'pino';
import { RefusedRequests } from './refused-requests.js';
import { TroubleLog } from './trouble-log.js';

/**
 * Returns a function for `onForbidden` of a network policy. It counts names that lead into a network that is not public, and names them in
 * the log only. The user who has set such a name is told the same as for a name that does not exist.
 */
export function tellForbiddenHosts(logger: Pick<Logger, 'warn'>): (host: string) => void {
  const refused = new RefusedRequests(logger);
  const hosts = new TroubleLog(logger);
  return (host) => {
    refused.note('policy');
    hosts.note(host, { step: 'policy', host }, 'a name that a team has set leads to a network that is not public');
  };
}
