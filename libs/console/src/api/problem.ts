import { type FieldError, type Problem } from '@billing-mail/contracts';

/** An answer that is no success. `kind` is the end of its `type`, such as `changed-meanwhile`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly status: number,
    readonly kind: string,
    detail: string,
    readonly requestId: string | null,
    readonly errors: readonly FieldError[],
  ) {
    super(detail);
  }
}

/** No answer at all: the service is down or the network is away. */
export class AwayError extends Error {
  override readonly name = 'AwayError';
}

/** Reads the body of an answer that is no success. */
export function toProblemError(status: number, body: unknown, requestId: string | null): ProblemError {
  if (!isProblem(body)) return new ProblemError(status, 'unknown', `HTTP ${status}`, requestId, []);
  const { type, detail, errors, requestId: id } = body;
  return new ProblemError(status, type.replace(/^.*:/, ''), detail, id, errors ?? []);
}

// A proxy may answer in place of the service; what calls itself a problem of ours is one.
const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' &&
  body !== null &&
  'type' in body &&
  typeof body.type === 'string' &&
  'detail' in body &&
  typeof body.detail === 'string';
