import { type MessageDraft, type SigningIdentity } from '@billing-mail/mail-core';
import { type AttachmentRow } from '../delivery/delivery-row.js';

/** What a composing thread is given: plain data, the attachments by their hash in the store. */
export type ComposeTask = {
  documentStoreUrl: string;
  draft: Omit<MessageDraft, 'attachments'>;
  attachments: AttachmentRow[];
  identity: SigningIdentity | null;
};
