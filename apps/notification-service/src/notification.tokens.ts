// Injection tokens for values that have no class at run time.

export const LOGGER = Symbol('LOGGER');
/** The hosts to which webhooks may go. */
export const WEBHOOK_POLICY = Symbol('WEBHOOK_POLICY');
