// What operators see of attacks: the number of refused requests by kind, and one log line a minute for each kind. Never what was in them.
import { HttpException } from '@nestjs/common';
import { Counter } from 'prom-client';
import { type Logger } from 'pino';
import { TroubleLog } from './trouble-log.js';

/** The kinds of refusals: few and fixed, because nothing that a caller can choose may become a label. */
export const REFUSAL_KINDS = [
  'no_token',
  'bad_token',
  /** A team that is not the caller's, or does not exist. */
  'foreign_team',
  'not_allowed',
  'not_found',
  'too_large',
  'too_many',
  'too_slow',
  /** Not HTTP, or malformed: refused before there is a request. */
  'bad_http',
  /** A body that cannot be read at all. */
  'bad_body',
  /** Input that can be read but has an invalid field. Attempts to get into headers, SMTP or HTML end here. */
  'bad_input',
  /** A server inside our network, or a port that mail may not go to. */
  'policy',
  /** The end of a sign-in at a provider that was not begun here, or was begun in another browser. */
  'bad_sign_in',
  /**
   * Somebody to whom alerts may not go: an address that a user names in a document, or a user named by a team that they do not belong to.
   */
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
// All kinds are reported from the start, so that the first attack shows as a rise and not as a new series.
for (const kind of REFUSAL_KINDS) refusedRequests.inc({ kind }, 0);

/**
 * Returns the kind of refusal that an error is, as named by the code that threw it or by its status; `null` if the error is no refusal,
 * such as a conflict or an error of ours.
 */
export function refusalOf(error: unknown): RefusalKind | null {
  if (!(error instanceof HttpException)) return null;
  return refusalNamedBy(error) ?? BY_STATUS[error.getStatus()] ?? null;
}

const refusalNamedBy = (error: HttpException): RefusalKind | undefined =>
  REFUSAL_KINDS.find((kind) => 'refusal' in error && error.refusal === kind);

/** Counts refusals, and logs each kind at once and then once a minute with how often it occurred meanwhile. */
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
