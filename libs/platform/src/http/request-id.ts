import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const HEADER = 'x-request-id';
const ids = new WeakMap<object, string>();

/** Returns the id of a request: the caller's `X-Request-Id` if it is harmless in a log, otherwise a new one. */
export function requestIdOf(request: Request): string {
  let id = ids.get(request);
  if (id === undefined) {
    const given = request.headers[HEADER];
    id = typeof given === 'string' && /^[A-Za-z0-9._-]{1,100}$/.test(given) ? given : randomUUID();
    ids.set(request, id);
  }
  return id;
}

/** Express middleware that returns the id of each request in a header, so that a user can quote it. */
export function answerRequestId(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('X-Request-Id', requestIdOf(request));
  next();
}
