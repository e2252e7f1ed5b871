// Checks the address of an HTTP server that a team names by URL, by the same policy as for the team's own mail server.
import { isIP, type LookupFunction } from 'node:net';
import { isAddressAllowed } from './network-policy.js';
import { resolveHost } from './resolving.js';
import { type NetworkPolicy } from './smtp-server.js';
import { beforeUnreached } from './unreached-name.js';

const DNS_MS = 5000;

export type HostPolicy = Omit<NetworkPolicy, 'allowedPorts'>;

/** The URL leads to a public server, but not by https:// on port 443. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}
/** The name has no address, or leads into a private network; the error does not say which. */
export class UnreachedHostError extends Error {
  override readonly name = 'UnreachedHostError';
}

/**
 * Resolves the name of `target`, checks its addresses, and returns a `lookup` for the request that always answers with one checked address,
 * so that a change of the name in the meantime has no effect. Public addresses are reached only by https:// on port 443; those in
 * `allowedNetworks` by any scheme and port.
 * @throws ForbiddenAddressError, UnreachedHostError
 */
export async function pinnedLookup(target: URL, policy: HostPolicy): Promise<LookupFunction> {
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const since = performance.now();
  const resolved = await resolveHost(host, DNS_MS);
  const unreached = async (why: 'unknown' | 'forbidden'): Promise<Error> => {
    await beforeUnreached(host, since, why, policy);
    return new UnreachedHostError('no public server was found for the name');
  };
  if (!resolved.ok) throw await unreached('unknown');
  // One forbidden address makes the whole name forbidden, as for mail servers.
  const areAll = (allowedNetworks: string[]): boolean =>
    resolved.addresses.every((address) => isAddressAllowed(address, { allowedNetworks, allowedPorts: [] }));
  const isPublic = areAll([]);
  if (!isPublic && !areAll([...policy.allowedNetworks])) throw await unreached('forbidden');
  if (isPublic && (target.protocol !== 'https:' || target.port !== ''))
    throw new ForbiddenAddressError('It must be reached by https:// on port 443.');
  const [address = host] = resolved.addresses;
  const family = isIP(address);
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
