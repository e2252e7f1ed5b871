import type { NextFunction, Request, Response } from 'express';
import { requestIdOf } from '../http/request-id.js';
import { type OpenSpan } from './span.js';
import { beginSpan, isTracing } from './tracing.js';
import { currentFields, workOn } from './work-context.js';

/** Requested every few seconds, and about nobody. */
const UNTRACED = /^\/(?:health|metrics)\b/;
const fields = new WeakMap<object, object>();

/** Returns the log fields of a request, also once it has been answered. */
export const fieldsOf = (request: Request): object => fields.get(request) ?? { requestId: requestIdOf(request) };

/**
 * Returns Express middleware that names the request in each log line about it, and makes it a span of the caller's trace (`traceparent`) or
 * of a new one.
 * @param always names the request in the log even if nothing is traced; see `workOn`
 */
export function traceRequests(always: boolean) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (!always && !isTracing()) return next();
    const requestId = requestIdOf(request);
    const span = UNTRACED.test(request.path) ? null : beginSpan(request.method, 'server', { parent: request.headers['traceparent'] });
    if (span !== null) response.once('close', () => end(span, request, response));
    workOn({ requestId, span }, () => {
      fields.set(request, currentFields());
      next();
    });
  };
}

function end(span: OpenSpan, request: Request, response: Response): void {
  const { path: template } = (request.route ?? {}) as { path?: unknown };
  span.note({ 'http.request.method': request.method, 'http.response.status_code': response.statusCode });
  if (typeof template === 'string') {
    span.rename(`${request.method} ${template}`);
    span.note({ 'http.route': template });
  }
  span.end(response.statusCode >= 500 ? new ServerError() : undefined);
}

class ServerError extends Error {
  override readonly name = 'ServerError';
}
