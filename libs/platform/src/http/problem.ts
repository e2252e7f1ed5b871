import { HttpException } from '@nestjs/common';
import { type FieldError, MOST_FIELD_ERRORS } from '@billing-mail/contracts';
import { type RefusalKind } from '../observing/refused-requests.js';

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  408: 'Too slow',
  409: 'Conflict',
  412: 'Changed by someone else',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Invalid input',
  428: 'Precondition required',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Temporarily unavailable',
};

export const problemTitle = (status: number): string => TITLES[status] ?? 'Error';

/** An error that is answered as a problem (RFC 9457). `detail` tells the caller what is wrong and what to do. */
export class ProblemException extends HttpException {
  /** The kind of refusal, if the status does not tell it. */
  refusal?: RefusalKind;

  constructor(
    status: number,
    readonly slug: string,
    readonly detail: string,
    readonly errors?: FieldError[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail, status);
  }
}

/** Returns the same problem, marked to be counted as this kind of refusal. */
export const refusedAs = (refusal: RefusalKind, problem: ProblemException): ProblemException => Object.assign(problem, { refusal });

export const notFound = (what: string) => new ProblemException(404, 'not-found', `${what} does not exist, or is not yours.`);
export const invalidInput = (errors: FieldError[]) =>
  new ProblemException(422, 'invalid-input', `${howMany(errors.length)} not valid; see "errors".`, errors);

// If there are more errors than are listed, the last entry says so.
const howMany = (count: number): string =>
  count === 1 ? 'A field is' : count > MOST_FIELD_ERRORS ? `More than ${MOST_FIELD_ERRORS - 1} fields are` : `${count} fields are`;

/**
 * Something that the service needs is away for the moment. The caller is told so and may ask again. The message is for the log, `detail`
 * for the caller.
 */
export class UnavailableError extends Error {
  constructor(
    message: string,
    readonly slug: string,
    readonly detail: string,
  ) {
    super(message);
  }
}
