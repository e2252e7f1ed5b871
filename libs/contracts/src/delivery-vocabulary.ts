// The kinds of documents, and the states, roles and stages of a delivery. Kept apart from the schemas so that the page does not bundle zod.

export const DOCUMENT_TYPES = ['invoice', 'credit_note', 'reminder', 'quote', 'other'] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

export const DELIVERY_STATUSES = ['queued', 'sending', 'waiting', 'sent', 'partly_sent', 'failed', 'uncertain', 'cancelled'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** A delivery that ended so is `in_trouble`. It is `needs_attention` as long as nobody has sent it again or marked it as received. */
export const NEEDS_ATTENTION = ['failed', 'partly_sent', 'uncertain'] as const satisfies readonly (typeof DELIVERY_STATUSES)[number][];
/** Filters of the log: a status of deliveries, those that came back from a recipient (`bounced`), or one of the groups that are counted. */
export const LOG_STATUSES = [...DELIVERY_STATUSES, 'bounced', 'needs_attention', 'in_trouble', 'under_way', 'fell_back'] as const;
export type LogStatus = (typeof LOG_STATUSES)[number];

export const RECIPIENT_STATUSES = ['pending', 'accepted', 'rejected', 'uncertain', 'cancelled', 'bounced'] as const;
export type RecipientStatus = (typeof RECIPIENT_STATUSES)[number];

export const RECIPIENT_ROLES = ['to', 'cc', 'bcc'] as const;
export type RecipientRole = (typeof RECIPIENT_ROLES)[number];

export const ROUTES = ['custom', 'platform'] as const;
export type Route = (typeof ROUTES)[number];

/** How far a try came; the meaning of a reply depends on it. `final` is after the end of data. */
export const ATTEMPT_STAGES = ['dns', 'connect', 'tls', 'greeting', 'auth', 'mail', 'rcpt', 'data', 'final'] as const;
export type AttemptStage = (typeof ATTEMPT_STAGES)[number];

export const ATTEMPT_OUTCOMES = ['accepted', 'partial', 'failed', 'uncertain'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];
