// Lists the differences between two versions of a team's settings, field by field, for the history. Secrets are not compared here.
import { copiesOfType, DOCUMENT_TYPES, type Mailbox, type SettingsChange, type TeamMailSettings } from '@billing-mail/contracts';
import { trustInWords } from '../smtp-account/read-server-trust.js';

type Uncounted<C> = C extends unknown ? Omit<C, 'addedCount' | 'removedCount'> : never;
/** A change as it is stored, with its complete lists. PostgreSQL counts and shortens them for the history. */
export type MadeChange = Uncounted<SettingsChange>;

type Settings = Omit<TeamMailSettings, 'teamId' | 'version' | 'updatedAt' | 'updatedBy'>;
type Value = string | number | boolean | null | undefined;

const VALUES: Record<string, (settings: Settings) => Value> = {
  '/companyName': (settings) => settings.companyName,
  '/replyTo': (settings) => settings.replyTo,
  '/locale': (settings) => settings.locale,
  '/sender': (settings) => settings.sender,
  '/smtp/host': (settings) => settings.smtp?.host,
  '/smtp/port': (settings) => settings.smtp?.port,
  '/smtp/security': (settings) => settings.smtp?.security,
  '/smtp/auth/type': (settings) => settings.smtp?.auth.type,
  '/smtp/auth/username': (settings) => (settings.smtp?.auth.type === 'password' ? settings.smtp.auth.username : null),
  '/smtp/auth/mailbox': (settings) => (settings.smtp?.auth.type === 'oauth2' ? settings.smtp.auth.connection?.mailbox : null),
  '/smtp/tls/ca': (settings) => trustInWords(settings.smtp?.tls?.ca),
  '/smtp/tls/pin': (settings) => trustInWords(settings.smtp?.tls?.pin),
  '/smtp/tls/clientCertificate/fingerprint': (settings) => settings.smtp?.tls?.clientCertificate?.fingerprint,
  '/smtp/tls/clientCertificate/validTo': (settings) => settings.smtp?.tls?.clientCertificate?.validTo,
  '/smtp/fromAddress': (settings) => settings.smtp?.fromAddress,
  '/smtp/fromName': (settings) => settings.smtp?.fromName,
  '/smtp/limits/connections': (settings) => settings.smtp?.limits?.connections,
  '/smtp/limits/messagesPerMinute': (settings) => settings.smtp?.limits?.messagesPerMinute,
  '/smtp/limits/recipientsPerDay': (settings) => settings.smtp?.limits?.recipientsPerDay,
  '/fallback': (settings) => settings.fallback,
  '/certificate/fingerprint': (settings) => settings.certificate?.fingerprint,
  '/certificate/validTo': (settings) => settings.certificate?.validTo,
};

const LISTS: Record<string, (settings: Settings) => (string | Mailbox)[]> = {
  '/cc': (settings) => settings.cc,
  '/bcc': (settings) => settings.bcc,
  // Compared for each type of document, however the types are grouped.
  ...Object.fromEntries(
    DOCUMENT_TYPES.flatMap((type) =>
      (['cc', 'bcc'] as const).map((list) => [
        `/copies/${type}/${list}`,
        (settings: Settings): Mailbox[] => copiesOfType(settings.copies, type)[list],
      ]),
    ),
  ),
  '/notifyUserIds': (settings) => settings.notifyUserIds,
};

/** Returns the changes from `before` (`null`: nothing was stored) to `after`, in the order of the fields above. */
export function describeChanges(before: Settings | null, after: Settings): MadeChange[] {
  const values = Object.entries(VALUES).flatMap(([pointer, read]): MadeChange[] => {
    const from = (before && read(before)) ?? null;
    const to = read(after) ?? null;
    return from === to ? [] : [{ pointer, from, to }];
  });
  const lists = Object.entries(LISTS).flatMap(([pointer, read]): MadeChange[] => {
    const from = keyed(before === null ? [] : read(before));
    const to = keyed(read(after));
    if ([...from.keys()].join('\n') === [...to.keys()].join('\n')) return [];
    return [{ pointer, added: missingIn(from, to), removed: missingIn(to, from) }];
  });
  const isRegrouped = before !== null && JSON.stringify(before.copies) !== JSON.stringify(after.copies);
  if (isRegrouped && !lists.some(({ pointer }) => pointer.startsWith('/copies')))
    lists.push({ pointer: '/copies', added: [], removed: [] });
  return [...values, ...lists];
}

// An address with another name counts as one entry removed and one added.
const keyed = (items: (string | Mailbox)[]): Map<string, string | Mailbox> =>
  new Map(items.map((item) => [typeof item === 'string' ? item : JSON.stringify([item.address, item.name ?? '']), item]));

const missingIn = <T>(some: Map<string, T>, all: Map<string, T>): T[] => [...all].filter(([key]) => !some.has(key)).map(([, item]) => item);
