// Turns whatever a request ended with into application/problem+json; what the caller need not know goes to the log only.
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type Problem } from '@billing-mail/contracts';
import type { Request, Response } from 'express';
import { type Logger } from 'pino';
import { TroubleLog } from '../observing/trouble-log.js';
import { isDatabaseAway } from '../postgres/is-database-away.js';
import { ProblemException, problemTitle } from './problem.js';
import { requestIdOf } from './request-id.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly trouble: TroubleLog;
  constructor(private readonly logger: Logger) {
    this.trouble = new TroubleLog(logger);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const requestId = requestIdOf(http.getRequest<Request>());
    const problem = toProblem(error, requestId);
    // What is away fails every request and every question for readiness in the same way.
    if (problem.status === 503 && error instanceof Error) this.trouble.tell(error, { requestId }, 'request failed for the moment');
    else if (problem.status >= 500) this.logger.error({ err: error, requestId }, 'request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    if (problem.status === 503) response.setHeader('Retry-After', '5');
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

function toProblem(error: unknown, requestId: string): Problem {
  if (error instanceof ProblemException) return build(error.getStatus(), error.slug, error.detail, requestId, error.errors);
  if (error instanceof HttpException) return build(error.getStatus(), 'http', error.message, requestId);
  if (isDatabaseAway(error))
    return build(503, 'database-away', 'The database does not answer. Nothing was changed; try again in a moment.', requestId);
  if (isBodyParserError(error))
    return build(error.status, error.type.replaceAll('.', '-'), BODY_PROBLEMS[error.type] ?? 'The body can not be read.', requestId);
  return build(500, 'internal', 'Something went wrong on our side. Try again; if it stays, tell us the request id.', requestId);
}

// The `type` of body-parser's errors, in words.
const BODY_PROBLEMS: Record<string, string> = {
  'entity.parse.failed': 'The body is not valid JSON.',
  'entity.too.large': 'The body is too large.',
  'encoding.unsupported': 'The content encoding of the body is not supported.',
  'charset.unsupported': 'The character set of the body is not supported; send UTF-8.',
  'request.aborted': 'The body ended early.',
  'request.size.invalid': 'The body does not have the length that Content-Length says.',
};

type BodyParserError = Error & { status: number; type: string };
function isBodyParserError(error: unknown): error is BodyParserError {
  return (
    error instanceof Error &&
    'type' in error &&
    'status' in error &&
    typeof error.status === 'number' &&
    error.status < 500 &&
    typeof error.type === 'string'
  );
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
