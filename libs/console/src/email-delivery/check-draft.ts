// Checks a draft by the rules of the service's schema, but without the schema itself, which would double the size of the page's code.
import {
  DISPLAY_NAME,
  explainAddress,
  explainRecipient,
  explainLimit,
  explainLine,
  explainSenderLine,
  explainShownLine,
  type FieldError,
  isPasswordInClear,
  isServerHost,
  type Mailbox,
  MOST_USERS_TOLD,
  PORTS,
  type SendingLimit,
  SETTINGS_LINES,
  SETTINGS_MESSAGES,
  USER_ID,
} from '@billing-mail/contracts';
import { COPY_FIELDS } from './type-copies.js';
import { type Draft, needsPasswordAgain, onePerField, type ServerInput, toInput, toServerInput } from './draft.js';

/** Message for a password that must be entered again; the form says it in the reader's language. */
export const PASSWORD_AGAIN = 'password-again';

type Check = [pointer: string, reason: string | null];

/** Returns what is wrong, at most one message per field, in the order of the page. */
export function checkDraft(stored: Draft, draft: Draft): FieldError[] {
  const { companyName, replyTo, cc, bcc, notifyUserIds, smtp } = toInput(draft);
  const checks: Check[] = [
    ['/companyName', explainSenderLine(companyName, SETTINGS_LINES.companyName)],
    ['/replyTo', replyTo === null ? null : explainAddress(replyTo)],
    ['/cc', explainFirst(cc, explainMailbox)],
    ['/bcc', explainFirst(bcc, explainMailbox)],
    ...Object.values(COPY_FIELDS).map((pointer): Check => [pointer, explainFirst(draft[pointer], explainMailbox)]),
    ['/notifyUserIds', notifyUserIds.length > MOST_USERS_TOLD ? SETTINGS_MESSAGES.users : null],
    ['/notifyUserIds', explainFirst(notifyUserIds, (id) => explainLine(id, USER_ID))],
    ...(smtp === null ? [] : checkServer(smtp)),
    ['/smtp/auth/password', smtp !== null && needsPasswordAgain(stored, draft) ? PASSWORD_AGAIN : null],
  ];
  return onePerField(checks.flatMap(([pointer, message]) => (message === null ? [] : [{ pointer, message }])));
}

/** Returns what is wrong whatever else is filled in, so that it is shown at once. All else waits until somebody saves or tests. */
export function checkAtOnce(draft: Draft): FieldError[] {
  const smtp = toServerInput(draft);
  return smtp !== null && isPasswordInClear(smtp) ? [{ pointer: '/smtp/security', message: SETTINGS_MESSAGES.passwordInClear }] : [];
}

function checkServer(smtp: ServerInput): Check[] {
  const { host, port, auth, fromAddress, fromName, limits = {} } = smtp;
  const ofServer: Check[] = [
    ['/smtp/host', isServerHost(host) ? null : SETTINGS_MESSAGES.host],
    ['/smtp/port', explainPort(port)],
    ['/smtp/security', isPasswordInClear(smtp) ? SETTINGS_MESSAGES.passwordInClear : null],
    ['/smtp/fromAddress', explainAddress(fromAddress)],
    ['/smtp/fromName', fromName === undefined ? null : explainSenderLine(fromName, DISPLAY_NAME)],
    ...Object.entries(limits).map(([name, limit]): Check => [`/smtp/limits/${name}`, explainLimitOf(name as SendingLimit, limit)]),
  ];
  if (auth.type !== 'password') return ofServer;
  return [
    ...ofServer,
    ['/smtp/auth/username', explainLine(auth.username, SETTINGS_LINES.username)],
    ['/smtp/auth/password', auth.password === undefined ? null : explainLine(auth.password, SETTINGS_LINES.password)],
  ];
}

function explainPort(port: number): string | null {
  if (!Number.isInteger(port)) return SETTINGS_MESSAGES.wholePort;
  return port < PORTS.least || port > PORTS.most ? SETTINGS_MESSAGES.port : null;
}

const explainLimitOf = (name: SendingLimit, limit: number | undefined): string | null =>
  limit === undefined ? null : explainLimit(name, limit);

const explainMailbox = ({ address, name }: Mailbox): string | null =>
  explainRecipient(address) ?? (name === undefined ? null : explainShownLine(name, DISPLAY_NAME));

/** Returns the address that the mistake of a list of copies is about; `null` for any other field. */
export function wrongAddressOf(draft: Draft, pointer: string): string | null {
  const lists: Readonly<Record<string, readonly Mailbox[]>> = {
    '/cc': draft.cc,
    '/bcc': draft.bcc,
    ...Object.fromEntries(Object.values(COPY_FIELDS).map((field) => [field, draft[field]])),
  };
  return lists[pointer]?.find((each) => explainMailbox(each) !== null)?.address ?? null;
}

function explainFirst<Each>(list: readonly Each[], explain: (each: Each) => string | null): string | null {
  for (const each of list) {
    const reason = explain(each);
    if (reason !== null) return reason;
  }
  return null;
}
