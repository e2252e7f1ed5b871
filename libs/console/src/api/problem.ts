import { type FieldError, type Problem } from '@billing-mail/contracts';

/** An answer that is not a success. `kind` is the end of its `type`, such as `changed-meanwhile`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly status: number,
    readonly kind: string,
    detail: string,
    readonly requestId: string | null,
    readonly errors: readonly FieldError[],
    /** Seconds after which the service wants to be asked again; `null` if it does not say. */
    readonly retryAfterSeconds: number | null,
  ) {
    super(detail);
  }
}

/** No answer at all: the service is down or the network is away. */
export class AwayError extends Error {
  override readonly name = 'AwayError';
}

/** Reads the body of an answer that is not a success. */
export function toProblemError({ status, headers }: Response, body: unknown): ProblemError {
  const requestId = headers.get('X-Request-Id');
  const retryAfter = /^\d{1,6}$/.exec(headers.get('Retry-After') ?? '')?.[0];
  const retryAfterSeconds = retryAfter === undefined ? null : Number(retryAfter);
  if (!isProblem(body)) return new ProblemError(status, 'unknown', `HTTP ${status}`, requestId, [], retryAfterSeconds);
  const { type, detail, errors, requestId: id } = body;
  return new ProblemError(status, type.replace(/^.*:/, ''), detail, id, errors ?? [], retryAfterSeconds);
}

// A proxy may answer in place of the service, so only a body in the form of a problem is read as one.
const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' &&
  body !== null &&
  'type' in body &&
  typeof body.type === 'string' &&
  'detail' in body &&
  typeof body.detail === 'string';
