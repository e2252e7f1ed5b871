// Injection tokens for providers that have no class at run time.

export const LOGGER = Symbol('LOGGER');
/** The platform's own SMTP server. */
export const PLATFORM_SERVER = Symbol('PLATFORM_SERVER');
/** Network policy, timeouts and name of every SMTP session. */
export const SMTP_SESSION = Symbol('SMTP_SESSION');
export const DOCUMENT_STORE = Symbol('DOCUMENT_STORE');
/** PEM of additional certificate authorities for the servers of teams, or `null`. */
export const EXTRA_AUTHORITIES = Symbol('EXTRA_AUTHORITIES');
/** The time windows over which the limits of mail servers are counted. */
export const PACE_WINDOWS = Symbol('PACE_WINDOWS');
