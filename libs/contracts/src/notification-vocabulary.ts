// What alerts are about and how they reach people. Kept apart from the schemas so that the page does not bundle zod.
import { NOTIFICATION_NAMES } from './words/catalogues.js';

export type NotificationType = keyof typeof NOTIFICATION_NAMES;
export const NOTIFICATION_TYPES = Object.keys(NOTIFICATION_NAMES) as NotificationType[];

export const SEVERITIES = ['info', 'warning', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** When e-mails go out: each at once, or together at the full hour or once a day. */
export const DIGESTS = ['none', 'hour', 'day'] as const;
export type Digest = (typeof DIGESTS)[number];
/** The hour, in UTC, at which daily e-mails go out: the beginning of the working day in central Europe. */
export const DAILY_DIGEST_HOUR = 5;
