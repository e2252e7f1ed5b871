import type { NextFunction, Request, Response } from 'express';
import { Histogram } from 'prom-client';

const requestSeconds = new Histogram({
  name: 'billing_mail_http_request_duration_seconds',
  help: 'Time to the end of the answer, by template of the route ("none": none was reached) and class of status',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});

// The methods that become labels; a method that a caller makes up does not.
const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']);

/** Express middleware that measures every request except live streams, which last as long as somebody watches. */
export function measureRequests(request: Request, response: Response, next: NextFunction): void {
  const since = performance.now();
  response.once('close', () => {
    if (response.getHeader('Content-Type')?.toString().startsWith('text/event-stream') === true) return;
    const { path: template } = (request.route ?? {}) as { path?: unknown };
    const method = METHODS.has(request.method) ? request.method : 'other';
    // A client that hung up got no answer.
    const status = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'gone';
    requestSeconds.observe({ method, route: typeof template === 'string' ? template : 'none', status }, (performance.now() - since) / 1000);
  });
  next();
}
