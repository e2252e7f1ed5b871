// What an operator sees of attacks: how many requests were refused, by kind, and a line a minute that it happens. Never what was in them.
import { HttpException } from '@nestjs/common';
import { Counter } from 'prom-client';
import { type Logger } from 'pino';
import { TroubleLog } from './trouble-log.js';

/** Few and fixed: what a caller can choose never becomes a label. */
export const REFUSAL_KINDS = [
  'no_token',
  'bad_token',
  /** A team that is not the caller's, or not there. */
  'foreign_team',
  'not_allowed',
  'not_found',
  'too_large',
  'too_many',
  'too_slow',
  /** No HTTP, or not as it should be: refused before there is a request. */
  'bad_http',
  /** Not to be read at all. */
  'bad_body',
  /** Read, and a field is not as needed: what tries to get into headers, SMTP or HTML ends here. */
  'bad_input',
  /** A server inside our network, or a port that mail may not go to. */
  'policy',
  /** The end of a sign-in at a provider that nobody has begun here, or that another browser has. */
  'bad_sign_in',
  /** Whom alerts may not go to: an address that a user names in a document, or a user named by a team that they do not belong to. */
  'foreign_recipient',
  /** A sealed secret that was changed, or stands where it does not belong. */
  'moved_seal',
] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

const BY_STATUS: Readonly<Record<number, RefusalKind>> = {
  400: 'bad_body',
  401: 'bad_token',
  403: 'not_allowed',
  404: 'not_found',
  405: 'not_found',
  408: 'too_slow',
  413: 'too_large',
  415: 'bad_body',
  422: 'bad_input',
  429: 'too_many',
};

const refusedRequests = new Counter({
  name: 'billing_mail_refused_requests_total',
  help: 'Requests that were refused, by kind',
  labelNames: ['kind'],
});
// Known from the start, so that the first attack is a rise and not a new series.
for (const kind of REFUSAL_KINDS) refusedRequests.inc({ kind }, 0);

/** Which refusal an error is, by what its thrower says of it or by its status; null for what is no refusal, such as a conflict or our own trouble. */
export function refusalOf(error: unknown): RefusalKind | null {
  if (!(error instanceof HttpException)) return null;
  return refusalNamedBy(error) ?? BY_STATUS[error.getStatus()] ?? null;
}

const refusalNamedBy = (error: HttpException): RefusalKind | undefined =>
  REFUSAL_KINDS.find((kind) => 'refusal' in error && error.refusal === kind);

/** Counts refusals, and logs each kind at once and then once a minute with how often it came meanwhile. */
export class RefusedRequests {
  private readonly log: TroubleLog;
  constructor(logger: Pick<Logger, 'warn'>) {
    this.log = new TroubleLog(logger);
  }

  note(kind: RefusalKind, fields: { requestId?: string; teamId?: string; step?: string } = {}): void {
    refusedRequests.inc({ kind });
    this.log.note(kind, { step: 'request', ...fields, verdict: 'refused', kind }, 'refused');
  }
}
