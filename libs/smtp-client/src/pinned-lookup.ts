// Where a server that a team names by URL may be: the same gate as for its mail server, for HTTP.
import { isIP, type LookupFunction } from 'node:net';
import { isAddressAllowed } from './network-policy.js';
import { resolveHost } from './resolving.js';
import { type NetworkPolicy } from './smtp-server.js';

const DNS_MS = 5000;

/** It is somewhere that a team may not have us speak to. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}
/** Its name leads nowhere, or DNS does not say where. */
export class UnknownHostError extends Error {
  override readonly name = 'UnknownHostError';
}

/**
 * The one address that was checked, for the `lookup` of a request: whoever changes the name meanwhile changes nothing. Public addresses are
 * reached by https:// on port 443 alone; those that `allowedNetworks` names, as they like.
 * @throws ForbiddenAddressError, UnknownHostError
 */
export async function pinnedLookup(target: URL, policy: Pick<NetworkPolicy, 'allowedNetworks'>): Promise<LookupFunction> {
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const resolved = await resolveHost(host, DNS_MS);
  if (!resolved.ok) throw new UnknownHostError('the name of the server is not known');
  // One address out of bounds spoils the name, as for mail servers.
  const areAll = (allowedNetworks: string[]): boolean =>
    resolved.addresses.every((address) => isAddressAllowed(address, { allowedNetworks, allowedPorts: [] }));
  const isAllowed = areAll([]) ? target.protocol === 'https:' && target.port === '' : areAll([...policy.allowedNetworks]);
  if (!isAllowed)
    throw new ForbiddenAddressError('It must be reached by https:// on port 443, and not lead into a network that is not public.');
  const [address = host] = resolved.addresses;
  const family = isIP(address);
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
