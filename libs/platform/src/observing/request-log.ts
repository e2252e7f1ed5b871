import { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Request } from 'express';
import { type Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { fieldsOf } from '../tracing/trace-requests.js';
import { requestIdOf } from '../http/request-id.js';

/**
 * Returns middleware that logs one line per request, health and metrics excepted: method, path without its query (which may hold an
 * address), status, time.
 */
export function logRequests(logger: Logger) {
  return pinoHttp({
    logger,
    genReqId: (request: IncomingMessage) => requestIdOf(request as unknown as Request),
    customProps: (request: IncomingMessage) => fieldsOf(request as unknown as Request),
    serializers: {
      req: (request: { id: string; method: string; url: string }) => ({
        id: request.id,
        method: request.method,
        path: request.url.split('?')[0],
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    autoLogging: { ignore: (request: IncomingMessage) => /^\/(health|metrics)/.test(request.url ?? '') },
    customLogLevel: (_request: IncomingMessage, response: ServerResponse, error?: Error) =>
      error || response.statusCode >= 500 ? 'error' : 'debug',
  });
}
