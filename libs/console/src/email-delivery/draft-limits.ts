// The limits of the own server as somebody types them: filled with what the provider publishes, empty where there is none.
import { publishedLimits, type SendingLimit, type SendingLimits } from '@billing-mail/contracts';

export type TypedLimits = Record<SendingLimit, string>;

const typed = (limit: number | undefined): string => (limit === undefined ? '' : String(limit));

/** What the fields hold for `limits`. */
export const typedLimits = ({ connections, messagesPerMinute, recipientsPerDay }: SendingLimits): TypedLimits => ({
  connections: typed(connections),
  messagesPerMinute: typed(messagesPerMinute),
  recipientsPerDay: typed(recipientsPerDay),
});

type Account = { host: string; username: string };

/** What an account is held to where the team says nothing. */
export const typedLimitsOf = ({ host, username }: Account): TypedLimits => typedLimits(publishedLimits(host, username) ?? {});

function read(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^\d+$/.test(trimmed) ? Number(trimmed) : Number.NaN;
}

/** What the fields say; not a number where one holds something else. */
export const readLimits = ({ connections, messagesPerMinute, recipientsPerDay }: TypedLimits): SendingLimits => ({
  ...{ connections: read(connections), messagesPerMinute: read(messagesPerMinute), recipientsPerDay: read(recipientsPerDay) },
});

/** Whether the fields say no more than the provider does, so that they follow it when it changes its limits. */
export const areOfProvider = (draft: TypedLimits & Account): boolean =>
  JSON.stringify(typedLimits(readLimits(draft))) === JSON.stringify(typedLimitsOf(draft));

/** Changes the host; its limits replace those of the previous host, but not what somebody has typed. */
export const withHost = (draft: TypedLimits & Account, host: string): { host: string } & Partial<TypedLimits> => ({
  host,
  ...(areOfProvider(draft) ? typedLimitsOf({ ...draft, host }) : {}),
});

/** Changes host and account, likewise. */
export const withAccount = (draft: TypedLimits & Account, account: Account): Account & Partial<TypedLimits> => ({
  ...account,
  ...(areOfProvider(draft) ? typedLimitsOf(account) : {}),
});

/** Changes the account at the host, likewise. */
export const withUsername = (draft: TypedLimits & Account, username: string): { username: string } & Partial<TypedLimits> => ({
  username,
  ...(areOfProvider(draft) ? typedLimitsOf({ ...draft, username }) : {}),
});
