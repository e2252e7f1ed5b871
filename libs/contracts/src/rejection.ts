/**
 * Why a job was set aside: it does not fit the schema; its key, or its place in a series, is that of another document; its team has no settings;
 * or it was started several times and never finished.
 */
export const REJECTION_REASONS = ['invalid', 'key_conflict', 'recurrence_conflict', 'team_unknown', 'given_up'] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];
