import { type FailureCode, type Route } from '@billing-mail/contracts';
import { TRIES_PER_ROUTE } from '@billing-mail/mail-core';

/** Failures of a way by one cause, without a success in between, after which it is no passing one: as many as a delivery has tries. */
export const FAILURES_TO_OPEN = TRIES_PER_ROUTE;

/** What a way out failed by. */
export type WayFailed = {
  teamId: string;
  route: Route;
  code: FailureCode;
  /** `host:port`. */
  server: string;
  /** Untrusted text. */
  reply: string | null;
  /** It is an incident at once; else as soon as it has failed so often. */
  opens: boolean;
};
