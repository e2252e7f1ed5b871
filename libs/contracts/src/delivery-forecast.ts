// When what waits behind the limits of a team's own server will have gone.
import { z } from 'zod';

// More than any run; it keeps the counting short.
const MOST_DOCUMENTS = 100_000;
const RANGE = `must be 0 to ${MOST_DOCUMENTS}`;

/** Query of `GET …/deliveries/forecast`: counts so many further documents to one recipient each, as if they were handed over now. */
export const deliveryForecastQuery = z.object({
  documents: z.coerce.number('must be a number').int('must be a whole number').min(0, RANGE).max(MOST_DOCUMENTS, RANGE).default(0),
});
export type DeliveryForecastQuery = z.output<typeof deliveryForecastQuery>;

/** Answer. Without limits nothing waits for them, and nobody can say when the last document goes. */
export const deliveryForecast = z.object({
  /** Documents that wait for the team's own server, the further ones among them. */
  waiting: z.int(),
  /** Those of them that the limits let go later than they are due. */
  heldByLimits: z.int(),
  limits: z
    .object({ connections: z.int().optional(), messagesPerMinute: z.int().optional(), recipientsPerDay: z.int().optional() })
    .nullable(),
  /** When the last of them goes; `null` where none waits or no limit is one of time. */
  endsAt: z.iso.datetime().nullable(),
});
export type DeliveryForecast = z.infer<typeof deliveryForecast>;
