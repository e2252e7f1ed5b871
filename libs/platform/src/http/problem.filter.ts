// Turns every error of a request into application/problem+json; what the caller need not know goes to the log only.
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type Problem } from '@billing-mail/contracts';
import type { Request, Response } from 'express';
import { type Logger } from 'pino';
import { refusalOf, type RefusedRequests } from '../observing/refused-requests.js';
import { TroubleLog } from '../observing/trouble-log.js';
import { isDatabaseAway } from '../postgres/is-database-away.js';
import { ProblemException, problemTitle, UnavailableError } from './problem.js';
import { requestIdOf } from './request-id.js';

const RETRY_AFTER_SECONDS: Record<number, string> = { 429: '2', 503: '5' };

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly trouble: TroubleLog;
  constructor(
    private readonly logger: Logger,
    private readonly refused: RefusedRequests,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const requestId = requestIdOf(http.getRequest<Request>());
    const problem = toProblem(error, requestId);
    const refusal = refusalOf(error);
    if (refusal !== null) this.refused.note(refusal, { requestId });
    // While something is away, all requests and all readiness probes fail in the same way, so this is logged once a minute only.
    if (problem.status === 503 && error instanceof Error) this.trouble.tell(error, { requestId }, 'request failed for the moment');
    else if (problem.status >= 500) this.logger.error({ err: error, requestId }, 'request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    if (error instanceof ProblemException) response.set(error.headers);
    const retryAfter = RETRY_AFTER_SECONDS[problem.status];
    if (retryAfter !== undefined && !response.hasHeader('Retry-After')) response.setHeader('Retry-After', retryAfter);
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

function toProblem(error: unknown, requestId: string): Problem {
  if (error instanceof ProblemException) return build(error.getStatus(), error.slug, error.detail, requestId, error.errors);
  if (error instanceof HttpException) return build(error.getStatus(), 'http', error.message, requestId);
  if (error instanceof UnavailableError) return build(503, error.slug, error.detail, requestId);
  if (isDatabaseAway(error))
    return build(503, 'database-away', 'The database does not answer. Nothing was changed; try again in a moment.', requestId);
  return build(500, 'internal', 'Something went wrong on our side. Try again; if it keeps happening, tell us the request id.', requestId);
}

function build(status: number, slug: string, detail: string, requestId: string, errors?: Problem['errors']): Problem {
  return {
    type: `urn:billing-mail:problem:${slug}`,
    title: problemTitle(status),
    status,
    detail,
    requestId,
    ...(errors ? { errors } : {}),
  };
}
