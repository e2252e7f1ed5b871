import { type FailureCode, type Route } from '@billing-mail/contracts';
import { TRIES_PER_ROUTE } from '@billing-mail/mail-core';

/**
 * After this many failures of a route for one cause, without a success in between, the trouble becomes an incident: as many as a delivery
 * has tries on a route.
 */
export const FAILURES_TO_OPEN = TRIES_PER_ROUTE;

/** Why a route failed. */
export type WayFailed = {
  teamId: string;
  route: Route;
  code: FailureCode;
  /** `host:port`. */
  server: string;
  /** The reply as the server wrote it, so it must not be trusted. */
  reply: string | null;
  /** Whether it is an incident at once. Otherwise it becomes one after `FAILURES_TO_OPEN` failures. */
  opens: boolean;
};
