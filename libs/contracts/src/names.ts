/** Bull key prefix of every queue; the braces keep one queue on one Redis Cluster slot. */
export const QUEUE_PREFIX = '{billing-mail}';

/** Returns the name of a key or channel in Redis: with `REDIS_PREFIX` before it if several environments share one Redis. */
export const prefixed = (name: string, redisPrefix = ''): string => (redisPrefix === '' ? name : `${redisPrefix}:${name}`);

/** Returns Bull's `prefix` for the queues of the environment with that `REDIS_PREFIX`. */
export const queuePrefix = (redisPrefix?: string): string => prefixed(QUEUE_PREFIX, redisPrefix);

/** Invoicing publishes documents here. One job name per queue. */
export const DISPATCH_QUEUE = 'dispatch';
export const DISPATCH_JOB = 'send';

/** The dispatcher publishes what became of deliveries here. */
export const OUTCOMES_QUEUE = 'outcomes';
export const OUTCOME_JOB = 'outcome';

/** Patterns of the Nest Redis transport. */
export const SETTINGS_GET = 'settings.get';
export const SMTP_TOKEN = 'settings.smtp_token';
export const SETTINGS_CHANGED = 'settings.changed';
export const CERTIFICATES_ENDING = 'settings.certificates_ending';
export const DELIVERY_UPDATED = 'delivery.updated';

/** Header that ties a message on the wire to its delivery. */
export const DELIVERY_HEADER = 'X-Billing-Delivery';

/** `aud` of every token. */
export const TOKEN_AUDIENCE = 'billing-mail';
