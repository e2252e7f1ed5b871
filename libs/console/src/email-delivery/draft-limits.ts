// The limits of the team's own server as somebody types them: prefilled with what the provider publishes, empty if it publishes none.
import { publishedLimits, type SendingLimit, type SendingLimits } from '@billing-mail/contracts';

export type TypedLimits = Record<SendingLimit, string>;

const typed = (limit: number | undefined): string => (limit === undefined ? '' : String(limit));

/** Returns the text of the fields for `limits`. */
export const typedLimits = ({ connections, messagesPerMinute, recipientsPerDay }: SendingLimits): TypedLimits => ({
  connections: typed(connections),
  messagesPerMinute: typed(messagesPerMinute),
  recipientsPerDay: typed(recipientsPerDay),
});

type Account = { host: string; username: string };

/** Returns the limits that apply to an account if the team sets none. */
export const typedLimitsOf = ({ host, username }: Account): TypedLimits => typedLimits(publishedLimits(host, username) ?? {});

function read(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^\d+$/.test(trimmed) ? Number(trimmed) : Number.NaN;
}

/** Reads the fields; `undefined` for an empty one, `NaN` for one that is not a whole number. */
export const readLimits = ({ connections, messagesPerMinute, recipientsPerDay }: TypedLimits): SendingLimits => ({
  ...{ connections: read(connections), messagesPerMinute: read(messagesPerMinute), recipientsPerDay: read(recipientsPerDay) },
});

/** Returns whether the fields hold the provider's limits, so that they follow the provider when it changes them. */
export const areOfProvider = (draft: TypedLimits & Account): boolean =>
  JSON.stringify(typedLimits(readLimits(draft))) === JSON.stringify(typedLimitsOf(draft));

/** Changes the host, the account or both. Its limits replace those of the previous one, but not what somebody has typed. */
export const withAccount = <Change extends Partial<Account>>(
  draft: TypedLimits & Account,
  change: Change,
): Change & Partial<TypedLimits> => ({
  ...change,
  ...(areOfProvider(draft) ? typedLimitsOf({ ...draft, ...change }) : {}),
});
