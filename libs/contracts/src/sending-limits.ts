// How much a mail server accepts from one account: what the team has set, or else what its provider publishes.

/** A limit that is left out does not apply. */
export type SendingLimits = {
  /** At a time. */
  connections?: number | undefined;
  messagesPerMinute?: number | undefined;
  recipientsPerDay?: number | undefined;
};
export type SendingLimit = keyof SendingLimits;

/** What a team may set: each at least 1. A server that takes more than the largest value needs no limit from us. */
export const SENDING_LIMITS = {
  connections: { least: 1, most: 100 },
  messagesPerMinute: { least: 1, most: 10_000 },
  recipientsPerDay: { least: 1, most: 10_000_000 },
} as const satisfies Record<SendingLimit, { least: number; most: number }>;

/**
 * What providers publish for one account, by the host of the server. If a provider counts differently, our limit is on the safe side: every mail has at
 * least one recipient, so limiting recipients to the number of mails that Google allows never exceeds it; 500 an hour are 8 a minute.
 */
const PUBLISHED: Readonly<Record<string, SendingLimits>> = {
  // "3 concurrent connections", "30 messages per minute", "10,000 recipients per day":
  // https://learn.microsoft.com/exchange/mail-flow-best-practices/how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365
  // https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#sending-limits-1
  'smtp.office365.com': { connections: 3, messagesPerMinute: 30, recipientsPerDay: 10_000 },
  // "Messages per day 2,000 (500 for trial accounts)", over a rolling day: https://support.google.com/a/answer/166852
  'smtp.gmail.com': { recipientsPerDay: 2000 },
  // 10,000 messages and 10,000 unique recipients a day for a user: https://support.google.com/a/answer/2956491
  'smtp-relay.gmail.com': { recipientsPerDay: 10_000 },
  // "Daily non-relationship recipients: 1,000" of 5,000 in all, less for those who do not pay:
  // https://support.microsoft.com/office/sending-limits-in-outlook-com-279ee200-594c-40f0-9ec8-bb6af7735c2e
  'smtp-mail.outlook.com': { recipientsPerDay: 1000 },
  // "500 Emails per hour" after the first month: https://www.ionos.co.uk/help/email/general-topics/what-are-the-mass-mailing-limits/
  'smtp.ionos.de': { messagesPerMinute: 8 },
};

/** 500 mails a day: https://support.google.com/mail/answer/22839 */
const PERSONAL_AT_GOOGLE: SendingLimits = { recipientsPerDay: 500 };

/**
 * Returns what the provider of a host publishes for an account; `null` if nothing is known. At Google, the domain of the user name shows
 * whether the account is a personal one.
 */
export function publishedLimits(host: string, username = ''): SendingLimits | null {
  const name = host.trim().toLowerCase();
  const isPersonal = name === 'smtp.gmail.com' && /@(?:gmail|googlemail)\.com$/i.test(username.trim());
  return isPersonal ? PERSONAL_AT_GOOGLE : (PUBLISHED[name] ?? null);
}

type LimitedServer = {
  host: string;
  limits?: SendingLimits | undefined;
  auth?: { type: string; username?: string; connection?: { mailbox: string } | null };
};

/**
 * Returns the limits that apply to a team's server; `null` if none do. The team's own limits replace all of its provider's, so `{}` lifts
 * them.
 */
export function sendingLimitsOf({ host, limits, auth }: LimitedServer): SendingLimits | null {
  const held = limits ?? publishedLimits(host, auth?.username ?? auth?.connection?.mailbox);
  return held !== null && Object.values(held).some((limit) => limit !== undefined) ? held : null;
}

/** Says what is wrong with a limit. Returns `null` if nothing is. */
export function explainLimit(name: SendingLimit, value: number): string | null {
  const { least, most } = SENDING_LIMITS[name];
  if (!Number.isInteger(value)) return 'must be a whole number';
  return value < least || value > most ? `must be between ${least} and ${most}` : null;
}
