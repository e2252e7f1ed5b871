import { mailboxField, refuseUnfitBlock, structuredField, textField, UnsafeHeaderError } from './header-field.js';
import { type MessageDraft } from './message-draft.js';

/** Returns the fields of the message itself, each with its line end; those of its outermost part follow them. @throws UnsafeHeaderError */
export function messageHeader(draft: MessageDraft): string {
  if (!/^<[^\s<>@]+@[^\s<>@]+>$/.test(draft.messageId)) throw new UnsafeHeaderError('Message-ID does not have the form <left@right>');
  const fields = [
    mailboxField('From', [draft.from]),
    draft.replyTo === null ? '' : mailboxField('Reply-To', [{ address: draft.replyTo }]),
    draft.to.length === 0 ? '' : mailboxField('To', draft.to),
    draft.cc.length === 0 ? '' : mailboxField('Cc', draft.cc),
    textField('Subject', draft.subject),
    structuredField('Date', draft.date.toUTCString().replace('GMT', '+0000')),
    structuredField('Message-ID', draft.messageId),
    draft.deliveryId === null ? '' : structuredField('X-Billing-Delivery', draft.deliveryId),
    draft.autoSubmitted === true ? structuredField('Auto-Submitted', 'auto-generated') : '',
    structuredField('MIME-Version', '1.0'),
  ];
  return refuseUnfitBlock(fields.join(''));
}
