// Forecast: when the last document that waits for a team's own server goes, given the limits of that server.
import { z } from 'zod';

// More than any run has; the limit keeps the calculation short.
const MOST_DOCUMENTS = 100_000;
const RANGE = `must be 0 to ${MOST_DOCUMENTS}`;

/** Query of `GET …/deliveries/forecast`: counts `documents` further documents to one recipient each, as if they were handed over now. */
export const deliveryForecastQuery = z.object({
  documents: z.coerce.number('must be a number').int('must be a whole number').min(0, RANGE).max(MOST_DOCUMENTS, RANGE).default(0),
});
export type DeliveryForecastQuery = z.output<typeof deliveryForecastQuery>;

/** Answer. Without limits nothing waits for them, and nobody can say when the last document goes. */
export const deliveryForecast = z.object({
  /** Documents that wait for the team's own server, including the further ones. */
  waiting: z.int(),
  /** How many of them go later than they are due, because of the limits. */
  heldByLimits: z.int(),
  limits: z
    .object({ connections: z.int().optional(), messagesPerMinute: z.int().optional(), recipientsPerDay: z.int().optional() })
    .nullable(),
  /** When the last of them goes; `null` if none waits, or if no limit counts over time. */
  endsAt: z.iso.datetime().nullable(),
});
export type DeliveryForecast = z.infer<typeof deliveryForecast>;
