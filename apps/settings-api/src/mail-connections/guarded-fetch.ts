// HTTP to a provider that a team has named: never into our network, and to no address but one that was checked.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type NetworkPolicy, pinnedLookup } from '@billing-mail/smtp-client';
import { type CustomFetch } from 'openid-client';

/** Discovery documents, keys and tokens are a few kilobytes. */
const MOST_BYTES = 1024 * 1024;

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
