// What a delivery says and what is attached to it, for readers who want to know what went out.
import { z } from 'zod';
import { ROUTES } from './delivery-vocabulary.js';

const shownMailbox = z.object({ address: z.string(), name: z.string().nullable() });

/** Answer of `GET …/deliveries/{id}/content`. */
export const deliveryContent = z.object({
  /** Sender on the route that the delivery takes; `null` while it waits for the team's settings. */
  from: shownMailbox.nullable(),
  replyTo: z.string().nullable(),
  /** As in the header: recipients who do not fit into it (`recipientsNotShown`) and those in Bcc are only in the envelope. */
  to: z.array(shownMailbox),
  cc: z.array(shownMailbox),
  subject: z.string(),
  text: z.string(),
  html: z.string().nullable(),
  /** Id of the user who had it sent; `null` if the document named none that could be read. */
  requestedBy: z.string().nullable(),
  attachments: z.array(
    z.object({
      position: z.int(),
      filename: z.string(),
      contentType: z.string(),
      /** In bytes. */
      size: z.int(),
      /** Part of the HTML, such as a logo. */
      inline: z.boolean(),
    }),
  ),
  /** What went out, or began to go out, by each route. */
  messages: z.array(z.object({ route: z.enum(ROUTES), size: z.int(), sha256: z.string(), signed: z.boolean() })),
});
export type DeliveryContent = z.infer<typeof deliveryContent>;
