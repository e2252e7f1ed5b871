// Addresses of a team that documents came back from, over HTTP.
import { z } from 'zod';
import { recipientAddress } from './address.js';
import { BOUNCE_CLASSES } from './bounce-vocabulary.js';
import { documentReference } from './dispatch-job.js';
import { pageQuery } from './http.js';

/** An entry of `GET …/bounced-addresses`. */
export const bouncedAddressView = z.object({
  address: z.string(),
  class: z.enum(BOUNCE_CLASSES),
  /** Enhanced status code (RFC 3463) of the report, if it had one. */
  status: z.string().nullable(),
  /** Why, in the reader's language. */
  explanation: z.string(),
  /** The other server's own words. Untrusted text. */
  diagnostic: z.string().nullable(),
  /** The delivery that came back last. */
  deliveryId: z.string(),
  /** Its document; `null` once the log no longer has it. */
  document: documentReference.nullable(),
  bouncedAt: z.iso.datetime(),
  /** Until when it is remembered. */
  until: z.iso.datetime(),
});
export type BouncedAddressView = z.infer<typeof bouncedAddressView>;

export const bouncedAddressQuery = pageQuery;
/** Query of `DELETE …/bounced-addresses`: one address, or all if it is left out. */
export const bouncedAddressRemoval = z.object({ address: recipientAddress.optional() });

/** Answer of `POST /v1/bounces`. */
export const bounceTaken = z.object({
  /** `taken`: the mail says something about the delivery. `known`: that was known already. `ignored`: the mail is about something else. */
  result: z.enum(['taken', 'known', 'ignored']),
});
export type BounceTaken = z.infer<typeof bounceTaken>;
