import { z } from 'zod';

const plainValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const listed = z.array(z.union([z.string(), z.object({ address: z.string(), name: z.string().optional() })]));

/**
 * What happened to one field (a JSON pointer into the settings): a value, the members of a list, of which the first few are named and all are
 * counted (none: only their order), or a secret, which is never shown.
 */
export const settingsChange = z.union([
  // A name that is the platform's or another team's, or looks like it: an internal service has set it and stands for it.
  z.object({ pointer: z.string(), from: plainValue, to: plainValue, vouchedFor: z.literal(true).optional() }),
  z.object({ pointer: z.string(), added: listed, addedCount: z.int(), removed: listed, removedCount: z.int() }),
  z.object({ pointer: z.string(), secret: z.enum(['set', 'replaced', 'removed']) }),
]);
export type SettingsChange = z.infer<typeof settingsChange>;

/** One item of `GET …/email-delivery/history`: who made this version, when, and what they changed. */
export const settingsChangeRecord = z.object({
  version: z.int(),
  changedAt: z.iso.datetime(),
  changedBy: z.string(),
  changes: z.array(settingsChange),
});
export type SettingsChangeRecord = z.infer<typeof settingsChangeRecord>;
