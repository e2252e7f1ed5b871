import { type RecipientRole } from '@billing-mail/contracts';
import { mailboxField } from '../composing/header-field.js';
import { type ResolvedRecipient } from './resolve-recipients.js';
import { SHOWN_RECIPIENTS_MAX_BYTES, shownInHeaders } from './shown-in-headers.js';

function many(role: RecipientRole, count: number, name: string | null): ResolvedRecipient[] {
  return Array.from({ length: count }, (_, index) => ({ address: `${role}-${index}@department.customer.example`, name, role }));
}

function headerBytes({ to, cc }: ReturnType<typeof shownInHeaders>): number {
  return [mailboxField('To', to), cc.length === 0 ? '' : mailboxField('Cc', cc)].join('').length;
}

describe('shownInHeaders', () => {
  it('shows all while they fit, and never Bcc', () => {
    const shown = shownInHeaders([...many('to', 2, 'Müller'), ...many('cc', 3, null), ...many('bcc', 5, null)]);
    expect(shown.to).toEqual([
      { address: 'to-0@department.customer.example', name: 'Müller' },
      { address: 'to-1@department.customer.example', name: 'Müller' },
    ]);
    expect(shown.cc.map(({ address }) => address)).toEqual([0, 1, 2].map((index) => `cc-${index}@department.customer.example`));
    expect(shown.notShown).toBe(0);
  });

  it.each([
    ['plain addresses', 1, 3000, null],
    ['names in encoded words', 3, 1000, 'Größenwahn & Söhne GmbH 😀'.repeat(5)],
    ['more To than fit', 2500, 10, 'ACME, Inc.'],
  ])('fills the headers as far as they go: %s', (_case, to, cc, name) => {
    const recipients = [...many('to', to, name), ...many('cc', cc, name)];
    const shown = shownInHeaders(recipients);
    const shownCount = shown.to.length + shown.cc.length;
    expect(headerBytes(shown)).toBeLessThanOrEqual(SHOWN_RECIPIENTS_MAX_BYTES);
    expect(shown.notShown).toBe(to + cc - shownCount);
    // One more recipient would be too many, and those who are shown are the beginning of the list.
    const next = recipients
      .slice(0, shownCount + 1)
      .map(({ address, role }) => ({ role, mailbox: { address, ...(name === null ? {} : { name }) } }));
    const oneMore = (role: RecipientRole) => next.filter((recipient) => recipient.role === role).map(({ mailbox }) => mailbox);
    expect(headerBytes({ to: oneMore('to'), cc: oneMore('cc'), notShown: 0 })).toBeGreaterThan(SHOWN_RECIPIENTS_MAX_BYTES);
    expect([...shown.to, ...shown.cc]).toEqual(next.slice(0, -1).map(({ mailbox }) => mailbox));
  });
});
