// Every 5xx that one of our services answers while a test runs, whoever asked: unless the test says that it expects it, the test has failed.
import { subscribe } from 'node:diagnostics_channel';
import { type IncomingMessage, type ServerResponse } from 'node:http';

type ServerError = { status: number; request: string };

/** By request id: a service of this process is seen from both ends. */
const seen = new Map<string, ServerError>();
const announced = new Set<number>();
let isWatching = false;

/** From here to the end of the test the services may answer with these. In `beforeEach` it holds for every test of the block. */
export function expectServerErrors(...statuses: number[]): void {
  for (const status of statuses) announced.add(status);
}

/** What came since the last call and was not expected; what was is forgotten as well. */
export function takeServerErrors(): string[] {
  const errors = [...seen.values()].filter(({ status }) => !announced.has(status)).map(({ status, request }) => `${status} to ${request}`);
  seen.clear();
  announced.clear();
  return errors;
}

// Our services alone answer with it; what a test plays itself (a key server, a webhook's receiver) may answer as it likes.
const REQUEST_ID = 'x-request-id';
/** By its 503 a service says that it is not ready: it is asked until it is. */
const READINESS = /^\/health\/ready/;

function note(status: number, requestId: unknown, method: string | undefined, path: string | undefined): void {
  if (status < 500 || typeof requestId !== 'string' || READINESS.test(path ?? '')) return;
  seen.set(requestId, { status, request: `${method} ${path?.split('?')[0]}` });
}

/** Begins to look at what is answered: by services in this process, and to whatever this process asks of others. */
export function watchServerErrors(): void {
  isWatching = true;
  subscribe('http.server.response.finish', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    note(response.statusCode, response.getHeader(REQUEST_ID), request.method, request.url);
  });
  // Node's fetch; headers come as name, value, name, value.
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

/** Takes what a service in a process of its own prints, and looks at it as well, where anything is looked at: outside of tests nothing is. */
export function watchServerLog(): (text: string) => void {
  if (!isWatching) return () => undefined;
  let begun = '';
  return (text) => {
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    lines.forEach(noteLogLine);
  };
}

// As `libs/platform` logs a request.
function noteLogLine(line: string): void {
  if (!/"res":\{"status":5\d\d\}/.test(line)) return;
  const { req, res } = JSON.parse(line) as { req?: { id: string; method: string; path: string }; res: { status: number } };
  note(res.status, req?.id, req?.method, req?.path);
}
