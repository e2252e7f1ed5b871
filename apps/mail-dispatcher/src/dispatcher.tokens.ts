// Injection tokens of what is made once from the environment.

/** Log of the service. */
export const LOGGER = Symbol('LOGGER');
/** The platform's own SMTP server. */
export const PLATFORM_SERVER = Symbol('PLATFORM_SERVER');
/** Network policy, timeouts and name of every SMTP session. */
export const SMTP_SESSION = Symbol('SMTP_SESSION');
export const DOCUMENT_STORE = Symbol('DOCUMENT_STORE');
/** PEM of the authorities that teams' servers may be certified by besides the public ones, or `null`. */
export const EXTRA_AUTHORITIES = Symbol('EXTRA_AUTHORITIES');
/** Over how long the limits of servers count. */
export const PACE_WINDOWS = Symbol('PACE_WINDOWS');
