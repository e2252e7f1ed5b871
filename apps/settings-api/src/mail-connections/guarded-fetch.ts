// HTTP requests to a provider that a team has named: never into our own network, and only to addresses that were checked.
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type HostPolicy, pinnedLookup } from '@billing-mail/smtp-client';
import { type CustomFetch } from 'openid-client';

/**
 * This header is removed. A token endpoint may send a challenge with its answer (RFC 6749, 5.2), and openid-client then does not read the
 * body, although only the body says what was refused.
 */
const NOT_PASSED_ON = 'www-authenticate';
/** Discovery documents, keys and tokens are a few kilobytes. */
const MOST_BYTES = 1024 * 1024;

/** @param policy `null` for a provider whose issuer no team can choose (Microsoft, Google, or what the operator has set instead) */
export function guardedFetch(policy: HostPolicy | null): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const target = new URL(url);
    const lookup = policy === null ? undefined : await pinnedLookup(target, policy);
    const options = { method, headers: { ...headers, connection: 'close' }, signal, ...(lookup === undefined ? {} : { lookup }) };
    // Redirects are not followed; openid-client does not ask for that either.
    const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, options);
    request.end(body instanceof URLSearchParams ? body.toString() : body);
    try {
      const response = await answerTo(request);
      const content = await contentOf(response);
      // Called here and not in an event listener, because it throws for an invalid status, and a listener that throws ends the process.
      return toResponse(response, content);
    } finally {
      request.destroy();
    }
  };
}

/**
 * Resolves with the response. Rejects if the request ends without one, in whatever way: after a change of protocol (101), for example, the
 * connection is closed without an error.
 */
const answerTo = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.on('error', reject).once('response', resolve);
    request.once('close', () => reject(new Error('the connection was closed without an answer')));
  });

async function contentOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('the answer of the provider is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toResponse({ statusCode = 502, headers }: IncomingMessage, content: Buffer): Response {
  const hasBody = ![204, 205, 304].includes(statusCode);
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && name !== NOT_PASSED_ON ? [[name, value] as [string, string]] : [],
  );
  return new Response(hasBody ? content : null, { status: statusCode, headers: fields });
}
