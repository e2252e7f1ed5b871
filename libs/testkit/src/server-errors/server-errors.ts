// Records every 5xx that one of our services answers while a test runs, whoever asked. A 5xx that the test does not expect fails the test.
import { subscribe } from 'node:diagnostics_channel';
import { type IncomingMessage, type ServerResponse } from 'node:http';

type ServerError = { status: number; request: string };

/** Errors by request id, because an error of a service in this process may be seen from both ends. */
const seen = new Map<string, ServerError>();
const announced = new Set<number>();
let isWatching = false;

/** Allows the services to answer with these statuses until the end of the test. In `beforeEach` it applies to every test of the block. */
export function expectServerErrors(...statuses: number[]): void {
  for (const status of statuses) announced.add(status);
}

/** Returns the unexpected errors since the last call. Forgets all errors, and which ones are expected. */
export function takeServerErrors(): string[] {
  const errors = [...seen.values()].filter(({ status }) => !announced.has(status)).map(({ status, request }) => `${status} to ${request}`);
  seen.clear();
  announced.clear();
  return errors;
}

// Only our services send this header. Servers of the test itself (a key server, a webhook's receiver) may answer with any status.
const REQUEST_ID = 'x-request-id';
/** A service that is not ready answers 503 here, and is asked until it is ready. */
const READINESS = /^\/health\/ready/;

function note(status: number, requestId: unknown, method: string | undefined, path: string | undefined): void {
  if (status < 500 || typeof requestId !== 'string' || READINESS.test(path ?? '')) return;
  seen.set(requestId, { status, request: `${method} ${path?.split('?')[0]}` });
}

/** Starts to watch the responses of services in this process, and the responses to this process's own requests (`fetch`). */
export function watchServerErrors(): void {
  isWatching = true;
  subscribe('http.server.response.finish', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    note(response.statusCode, response.getHeader(REQUEST_ID), request.method, request.url);
  });
  // Published by Node's `fetch`; the headers are a list of name, value, name, value.
  subscribe('undici:request:headers', (message) => {
    const { request, response } = message as {
      request: { method: string; path: string };
      response: { statusCode: number; headers: readonly (Buffer | string)[] };
    };
    const headers = response.headers.map(String);
    const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === REQUEST_ID);
    note(response.statusCode, at === -1 ? undefined : headers[at + 1], request.method, request.path);
  });
}

/** Returns a function that looks for errors in the output of a service in a process of its own. Outside of tests it does nothing. */
export function watchServerLog(): (text: string) => void {
  if (!isWatching) return () => undefined;
  let begun = '';
  return (text) => {
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    lines.forEach(noteLogLine);
  };
}

// Parses the line that `libs/platform` logs for a request.
function noteLogLine(line: string): void {
  if (!/"res":\{"status":5\d\d\}/.test(line)) return;
  const { req, res } = JSON.parse(line) as { req?: { id: string; method: string; path: string }; res: { status: number } };
  note(res.status, req?.id, req?.method, req?.path);
}
