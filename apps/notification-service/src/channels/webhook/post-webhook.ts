// Sends one request to a receiver that a team has named: only to the address that was checked, without redirects, and within a limited
// time.
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type WebhookTrouble } from '@billing-mail/contracts';
import { ForbiddenAddressError, type HostPolicy, pinnedLookup, UnreachedHostError } from '@billing-mail/smtp-client';
import { cleanTexts } from '../../outcome-intake/clean-texts.js';
import { askedWait } from './webhook-schedule.js';

export type WebhookRequest = { url: string; headers: Record<string, string>; body: string };
export type WebhookAnswer =
  | { kind: 'answered'; status: number; answer: string; askedMs: number | null }
  | { kind: 'unanswered'; trouble: WebhookTrouble; askedMs: null };

/** Within the limit of Standard Webhooks: a receiver should accept a message, respond, and process it afterwards. Well below the lease. */
const ANSWER_WITHIN_MS = 15_000;
/** How much of a response the log shows; no more is read. */
const MOST_BYTES = 4096;
const MOST_CHARACTERS = 1000;

/** Sends the request. Never throws: whatever happens is returned as an answer. Redirects are not followed, so a 3xx counts as a failure. */
export async function postWebhook({ url, headers, body }: WebhookRequest, policy: HostPolicy): Promise<WebhookAnswer> {
  const target = new URL(url);
  try {
    const lookup = await pinnedLookup(target, policy);
    const send = target.protocol === 'https:' ? requestHttps : requestHttp;
    // Limits the whole exchange, even if single bytes keep arriving.
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const request = send(target, { method: 'POST', headers, lookup, signal, agent: false });
    request.end(body);
    return await answerTo(request);
  } catch (error) {
    return { kind: 'unanswered', trouble: troubleOf(error), askedMs: null };
  }
}

const answerTo = (request: ClientRequest): Promise<WebhookAnswer> =>
  new Promise((resolve, reject) => {
    // After a change of protocol (101) the connection closes without any other event, so without this the promise would never settle.
    request.once('close', () => reject(new Error('the connection was closed without an answer')));
    request.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const answered = (): void => {
        resolve(toAnswer(response, Buffer.concat(chunks)));
        request.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes >= MOST_BYTES) answered();
      });
      // The status is the answer; the body is only for the log, even if it is incomplete.
      response.on('end', answered).on('error', answered);
    });
  });

function toAnswer({ statusCode = 0, headers }: IncomingMessage, body: Buffer): WebhookAnswer {
  const answer = Array.from(cleanTexts(body.toString('utf8'))).slice(0, MOST_CHARACTERS);
  return { kind: 'answered', status: statusCode, answer: answer.join(''), askedMs: askedWait(headers['retry-after'], new Date()) };
}

const TROUBLES: Record<string, WebhookTrouble> = {
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
  ABORT_ERR: 'timeout',
};

function troubleOf(error: unknown): WebhookTrouble {
  if (error instanceof ForbiddenAddressError) return 'forbidden_address';
  if (error instanceof UnreachedHostError) return 'unknown_host';
  const { name, code = '' } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError') return 'timeout';
  return TROUBLES[code] ?? (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|EPROTO)/.test(code) ? 'tls' : 'broken');
}
