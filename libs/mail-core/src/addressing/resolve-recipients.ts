import { type Mailbox, type RecipientRole } from '@billing-mail/contracts';

/** One address that gets the delivery, with the role that decides whether a header shows it. */
export type ResolvedRecipient = { address: string; name: string | null; role: RecipientRole };

type CopyLists = { cc: readonly Mailbox[]; bcc: readonly Mailbox[] };

/**
 * Returns who gets a document: its own recipients and those of the team's settings, each address once. The first mention wins, in the order
 * To, Cc, Bcc and document before team. So a recipient who is to be shown is never hidden, and nobody gets the mail twice.
 */
export function resolveRecipients(document: CopyLists & { to: readonly Mailbox[] }, team: CopyLists): ResolvedRecipient[] {
  const mentioned: [RecipientRole, readonly Mailbox[]][] = [
    ['to', document.to],
    ['cc', document.cc],
    ['cc', team.cc],
    ['bcc', document.bcc],
    ['bcc', team.bcc],
  ];
  const recipients = new Map<string, ResolvedRecipient>();
  for (const [role, mailboxes] of mentioned) {
    for (const { address, name } of mailboxes) {
      const key = address.toLowerCase();
      if (!recipients.has(key)) recipients.set(key, { address: withLowerCaseDomain(address), name: name?.trim() || null, role });
    }
  }
  return [...recipients.values()];
}

// RFC 5321 2.4: only the domain is case-insensitive. The local part stays as written, although the comparison above ignores its case.
function withLowerCaseDomain(address: string): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).toLowerCase();
}
