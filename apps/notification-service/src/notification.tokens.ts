// Injection tokens of what has no class at run time.

export const LOGGER = Symbol('LOGGER');
/** Where webhooks may go. */
export const WEBHOOK_POLICY = Symbol('WEBHOOK_POLICY');
