// The content of the form while somebody edits it: made from the stored settings, compared with them, checked, merged, and written back.
import {
  type EmailDeliveryView,
  type FieldError,
  type Locale,
  type Mailbox,
  type ServerTrustView,
  type ShownCertificate,
  type SendingLimits,
  type SmtpSecurity,
} from '@billing-mail/contracts';
import { COPY_FIELDS, type StoredCopies, toCopies, toFormError, toTypeCopies, type TypeCopies } from './type-copies.js';
import { areOfProvider, readLimits, type TypedLimits, typedLimits, typedLimitsOf } from './draft-limits.js';

export type Draft = TypedLimits &
  TypeCopies & {
    companyName: string;
    replyTo: string;
    locale: Locale;
    cc: Mailbox[];
    bcc: Mailbox[];
    /** Copies of single document types, as they are stored. */
    copies: StoredCopies;
    sender: 'platform' | 'custom';
    fallback: boolean;
    notifyUserIds: string[];
    host: string;
    port: string;
    security: SmtpSecurity;
    auth: 'password' | 'oauth2' | 'none';
    username: string;
    /** As typed; `null` keeps the stored password. */
    password: string | null;
    fromAddress: string;
    fromName: string;
    /** PEM of a certificate authority of the team's own. */
    ca: string;
    /** Fingerprint or PEM of the one certificate that the server may show. */
    pin: string;
    /** The certificate that the server is shown: the stored one, which is sent back unchanged, or a file that replaces it. */
    clientCertificate: ShownCertificate | CertificateFile | null;
    /** Passphrase that opens the file. */
    clientPassphrase: string;
    /** The certificates in `ca` or `pin`, as they are stored. */
    certificates: ShownCertificate[];
  };

/** A file with a certificate and its key; `file` is its content in base64. */
export type CertificateFile = { name: string; file: string };
export const isFile = (certificate: Draft['clientCertificate']): certificate is CertificateFile =>
  certificate !== null && 'file' in certificate;

/** The fields by their JSON pointers, in the order of the page. */
export const DRAFT_FIELDS = {
  '/companyName': 'companyName',
  '/replyTo': 'replyTo',
  '/locale': 'locale',
  '/cc': 'cc',
  '/bcc': 'bcc',
  ...COPY_FIELDS,
  '/sender': 'sender',
  '/smtp/host': 'host',
  '/smtp/port': 'port',
  '/smtp/security': 'security',
  '/smtp/auth/type': 'auth',
  '/smtp/auth/username': 'username',
  '/smtp/auth/password': 'password',
  '/smtp/tls/ca': 'ca',
  '/smtp/tls/pin': 'pin',
  '/smtp/tls/clientCertificate/file': 'clientCertificate',
  '/smtp/tls/clientCertificate/passphrase': 'clientPassphrase',
  '/smtp/fromAddress': 'fromAddress',
  '/smtp/fromName': 'fromName',
  '/smtp/limits/connections': 'connections',
  '/smtp/limits/messagesPerMinute': 'messagesPerMinute',
  '/smtp/limits/recipientsPerDay': 'recipientsPerDay',
  '/fallback': 'fallback',
  '/notifyUserIds': 'notifyUserIds',
} as const satisfies Record<string, keyof Draft>;
export type Pointer = keyof typeof DRAFT_FIELDS;
export const POINTERS = Object.keys(DRAFT_FIELDS) as Pointer[];

/** Returns what a form begins with; `null`: nothing is stored yet. */
export function toDraft(stored: EmailDeliveryView | null, locale: Locale): Draft {
  const smtp = stored?.smtp ?? null;
  const auth = smtp?.auth ?? null;
  const account = { host: smtp?.host ?? '', username: usernameOf(auth) };
  return {
    companyName: stored?.companyName ?? '',
    replyTo: stored?.replyTo ?? '',
    locale: stored?.locale ?? locale,
    cc: stored?.cc ?? [],
    bcc: stored?.bcc ?? [],
    copies: stored?.copies ?? [],
    ...toTypeCopies(stored?.copies ?? []),
    sender: stored?.sender ?? 'platform',
    fallback: stored?.fallback ?? false,
    notifyUserIds: stored?.notifyUserIds ?? [],
    ...account,
    port: String(smtp?.port ?? 587),
    security: smtp?.security ?? 'starttls',
    auth: auth?.type ?? 'password',
    password: auth?.type === 'password' && auth.passwordSet ? null : '',
    fromAddress: smtp?.fromAddress ?? '',
    fromName: smtp?.fromName ?? '',
    ca: smtp?.tls?.ca ?? '',
    pin: smtp?.tls?.pin ?? '',
    clientCertificate: smtp?.tls?.clientCertificate ?? null,
    clientPassphrase: '',
    certificates: smtp?.tls?.certificates ?? [],
    ...(smtp?.limits === undefined ? typedLimitsOf(account) : typedLimits(smtp.limits)),
  };
}

/** Returns who signs in, as far as that is known: the limits of a provider depend on it. */
function usernameOf(auth: NonNullable<EmailDeliveryView['smtp']>['auth'] | null): string {
  if (auth?.type === 'password') return auth.username;
  return auth?.type === 'oauth2' ? (auth.mailbox ?? '') : '';
}

/** Returns the fields in which two drafts differ. */
export const changedFields = (before: Draft, after: Draft): Pointer[] =>
  POINTERS.filter((pointer) => {
    const field = DRAFT_FIELDS[pointer];
    return JSON.stringify(before[field]) !== JSON.stringify(after[field]);
  });

export type ServerInput = {
  host: string;
  port: number;
  security: SmtpSecurity;
  auth: { type: 'none' } | { type: 'oauth2' } | { type: 'password'; username: string; password?: string };
  fromAddress: string;
  fromName?: string;
  tls?: Pick<ServerTrustView, 'ca' | 'pin'> & { clientCertificate?: ShownCertificate | { file: string; passphrase: string } };
  limits?: SendingLimits;
};
type SettingsInput = Pick<Draft, 'companyName' | 'locale' | 'cc' | 'bcc' | 'copies' | 'sender' | 'fallback' | 'notifyUserIds'> & {
  replyTo: string | null;
  smtp: ServerInput | null;
};

/** Returns the team's own server as it is written; `null` if the platform sends and no host was filled in. */
export function toServerInput(draft: Draft): ServerInput | null {
  if (draft.sender === 'platform' && draft.host.trim() === '') return null;
  const name = draft.fromName.trim();
  return {
    host: draft.host.trim(),
    port: /^\d+$/.test(draft.port.trim()) ? Number(draft.port) : Number.NaN,
    security: draft.security,
    auth:
      draft.auth !== 'password'
        ? { type: draft.auth }
        : { type: 'password', username: draft.username.trim(), ...(draft.password === null ? {} : { password: draft.password }) },
    fromAddress: draft.fromAddress.trim(),
    ...(name === '' ? {} : { fromName: name }),
    ...toTrustInput(draft),
    ...(areOfProvider(draft) ? {} : { limits: readLimits(draft) }),
  };
}

function toTrustInput({ ca, pin, clientCertificate, clientPassphrase: passphrase }: Draft): Pick<ServerInput, 'tls'> {
  const tls = {
    ...(ca.trim() === '' ? {} : { ca: ca.trim() }),
    ...(pin.trim() === '' ? {} : { pin: pin.trim() }),
    ...(isFile(clientCertificate) ? { clientCertificate: { file: clientCertificate.file, passphrase } } : {}),
    ...(clientCertificate === null || isFile(clientCertificate) ? {} : { clientCertificate }),
  };
  return Object.keys(tls).length === 0 ? {} : { tls };
}

/** Returns the body of the PUT. */
export function toInput(draft: Draft): SettingsInput {
  return {
    companyName: draft.companyName.trim(),
    replyTo: draft.replyTo.trim() === '' ? null : draft.replyTo.trim(),
    locale: draft.locale,
    cc: draft.cc,
    bcc: draft.bcc,
    copies: toCopies(draft),
    sender: draft.sender,
    fallback: draft.fallback,
    notifyUserIds: draft.notifyUserIds,
    smtp: toServerInput(draft),
  };
}

/** Returns whether a stored password would go elsewhere, or less safely, than it was entered for. The service refuses that. */
export function needsPasswordAgain(stored: Draft, draft: Draft): boolean {
  return (
    draft.auth === 'password' &&
    draft.password === null &&
    (stored.host !== draft.host.trim() ||
      stored.port !== draft.port.trim() ||
      stored.username !== draft.username.trim() ||
      isTrustedAnew(stored.ca, draft.ca) ||
      isTrustedAnew(stored.pin, draft.pin) ||
      (stored.security === 'tls' && draft.security !== 'tls'))
  );
}

// Whatever is trusted as the server gets the password; a return to the usual trust adds nobody.
const isTrustedAnew = (stored: string, written: string): boolean => written.trim() !== '' && written.trim() !== stored.trim();

/**
 * Keeps the first error of each field, which is enough to begin with. Errors of list members belong to their list, those of a group to its
 * first field.
 * @param copies as they were written, for errors in them
 */
export function onePerField(errors: readonly FieldError[], copies: StoredCopies = []): FieldError[] {
  const byField = new Map<string, FieldError>();
  for (const { pointer, message } of errors.map((error) => toFormError(error, copies))) {
    const field =
      POINTERS.find((known) => pointer === known || pointer.startsWith(`${known}/`)) ??
      POINTERS.find((known) => known.startsWith(`${pointer}/`)) ??
      pointer;
    if (!byField.has(field)) byField.set(field, { pointer: field, message });
  }
  const place = ({ pointer }: FieldError): number => {
    const index = POINTERS.indexOf(pointer as Pointer);
    return index === -1 ? POINTERS.length : index;
  };
  return [...byField.values()].sort((a, b) => place(a) - place(b));
}

/** Applies my changes since `base` to `theirs`. */
export function mergeDrafts(base: Draft, mine: Draft, theirs: Draft): Draft {
  const changed = changedFields(base, mine).map((pointer) => [DRAFT_FIELDS[pointer], mine[DRAFT_FIELDS[pointer]]]);
  return { ...theirs, ...(Object.fromEntries(changed) as Partial<Draft>) };
}
