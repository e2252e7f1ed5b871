// Makes the next version of the settings from the stored ones and a request, and lists the changes. Pure, except for the random nonces of
// seals.
import {
  type ConnectionOfSettings,
  type EmailDeliveryInput,
  type FieldError,
  type Mailbox,
  type ServerTrust,
  type TeamMailSettings,
} from '@billing-mail/contracts';
import { type CredentialBox } from '@billing-mail/platform';
import { type ReadTrust, settleTrust } from '../smtp-account/read-server-trust.js';
import { settlePassword } from '../smtp-account/settle-password.js';
import { notItsAddress, standsFor } from '../certificate/certificate-address.js';
import { describeChanges, type MadeChange } from './describe-changes.js';

export type Author = { userId: string; at: Date };
export type AppliedInput = { next: TeamMailSettings; changes: MadeChange[] } | { errors: FieldError[] };

/**
 * Applies `input` and the connected mailbox to `current` (`null`: nothing is stored yet). An empty list of changes means that the same
 * settings are stored already.
 */
export function applyInput(
  teamId: string,
  input: EmailDeliveryInput,
  current: TeamMailSettings | null,
  connection: ConnectionOfSettings | null,
  author: Author,
  box: CredentialBox,
  trust: ReadTrust,
): AppliedInput {
  const settled = settleTrust(trust, current?.smtp?.tls);
  if ('error' in settled) return { errors: [settled.error] };
  const { tls } = settled;
  const password = settlePassword(teamId, input.smtp && { ...input.smtp, tls }, current?.smtp ?? null, box);
  if ('error' in password) return { errors: [password.error] };
  const certificate = current?.certificate ?? null;
  if (certificate !== null && input.smtp !== null && !standsFor(certificate, input.smtp.fromAddress))
    return { errors: [{ pointer: '/smtp/fromAddress', message: notItsAddress(certificate) }] };
  const next: TeamMailSettings = {
    teamId,
    companyName: input.companyName,
    replyTo: input.replyTo,
    locale: input.locale,
    cc: withoutDoubles(input.cc),
    bcc: withoutDoubles(input.bcc),
    copies: input.copies.map(({ types, cc, bcc }) => ({ types: [...new Set(types)], cc: withoutDoubles(cc), bcc: withoutDoubles(bcc) })),
    sender: input.sender,
    smtp: input.smtp && toStoredServer(input.smtp, password.sealed, connection, tls),
    certificate,
    fallback: input.fallback,
    notifyUserIds: [...new Set(input.notifyUserIds)],
    version: (current?.version ?? 0) + 1,
    updatedAt: author.at.toISOString(),
    updatedBy: author.userId,
  };
  const changes = describeChanges(current, next);
  if (password.change !== 'none') changes.push({ pointer: '/smtp/auth/password', secret: password.change });
  return { next, changes };
}

function toStoredServer(
  input: NonNullable<EmailDeliveryInput['smtp']>,
  sealed: string | null,
  connection: ConnectionOfSettings | null,
  tls: ServerTrust | undefined,
): NonNullable<TeamMailSettings['smtp']> {
  const { auth, tls: _written, ...named } = input;
  const server = { ...named, ...(tls === undefined ? {} : { tls }) };
  if (auth.type === 'oauth2') return { ...server, auth: { type: 'oauth2', connection } };
  if (auth.type === 'none' || sealed === null) return { ...server, auth: { type: 'none' } };
  return { ...server, auth: { type: 'password', username: auth.username, passwordSealed: sealed } };
}

// Ignores case: RFC 5321, 2.4 makes local parts case-sensitive, but no server in use does, and nobody wants the same invoice twice.
function withoutDoubles(list: Mailbox[]): Mailbox[] {
  const seen = new Set<string>();
  return list.filter(({ address }) => {
    const key = address.toLowerCase();
    return !seen.has(key) && seen.add(key);
  });
}
