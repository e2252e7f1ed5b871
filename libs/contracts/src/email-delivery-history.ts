import { z } from 'zod';

const plainValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const listed = z.array(z.union([z.string(), z.object({ address: z.string(), name: z.string().optional() })]));

/**
 * What happened to one field; `pointer` is a JSON pointer into the settings. The field is a value, a list, or a secret, which is never
 * shown. Of the members added to and removed from a list, the first few are named and all are counted; if there are none, only the order
 * changed.
 */
export const settingsChange = z.union([
  // `vouchedFor`: the name is the platform's or another team's, or looks like it; an internal service has set it and vouches for it.
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
