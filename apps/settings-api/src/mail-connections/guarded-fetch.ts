// HTTP to a provider that a team has named: never into our network, and to no address but one that was checked.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isAddressAllowed, type NetworkPolicy, resolveHost } from '@billing-mail/smtp-client';
import { type CustomFetch } from 'openid-client';

/** Discovery documents, keys and tokens are a few kilobytes. */
const MOST_BYTES = 1024 * 1024;
const DNS_MS = 5000;

/** The provider is somewhere that a team may not have us speak to. */
export class ForbiddenProviderError extends Error {
  override readonly name = 'ForbiddenProviderError';
}

/** @param policy `null` for a provider that the operator has named */
export function guardedFetch(policy: NetworkPolicy | null): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const target = new URL(url);
    const lookup = policy === null ? undefined : await pinnedLookup(target, policy);
    const isTls = target.protocol === 'https:';
    return new Promise<Response>((resolve, reject) => {
      const options = { method, headers: { ...headers, connection: 'close' }, signal, ...(lookup === undefined ? {} : { lookup }) };
      // No redirect is followed: openid-client asks for none.
      const request = (isTls ? requestHttps : requestHttp)(target, options, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MOST_BYTES) request.destroy(new Error('the answer of the provider is too large'));
          else chunks.push(chunk);
        });
        response.on('error', reject).on('end', () => {
          const status = response.statusCode ?? 502;
          const hasBody = ![204, 205, 304].includes(status);
          const fields = Object.entries(response.headers).flatMap(([name, value]) =>
            typeof value === 'string' ? [[name, value] as [string, string]] : [],
          );
          resolve(new Response(hasBody ? Buffer.concat(chunks) : null, { status, headers: fields }));
        });
      });
      request.on('error', reject);
      request.end(body instanceof URLSearchParams ? body.toString() : body);
    });
  };
}

async function pinnedLookup(target: URL, policy: NetworkPolicy): Promise<LookupFunction> {
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const resolved = await resolveHost(host, DNS_MS);
  if (!resolved.ok) throw new Error('the name of the provider is not known');
  // One address out of bounds spoils the name, as for mail servers.
  const isPublic = resolved.addresses.every((address) => isAddressAllowed(address, { ...policy, allowedNetworks: [] }));
  if (
    isPublic
      ? target.protocol !== 'https:' || target.port !== ''
      : !resolved.addresses.every((address) => isAddressAllowed(address, policy))
  )
    throw new ForbiddenProviderError(
      'The provider must be reached by https:// on port 443, and not lead into a network that is not public.',
    );
  const [address = host] = resolved.addresses;
  const family = isIP(address);
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}
