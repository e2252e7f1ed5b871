import { type Mailbox } from '@billing-mail/contracts';
import { type HeaderMailbox } from './header-field.js';

/** A file of a message. */
export type DraftAttachment = {
  filename: string;
  /** Media type without parameters, such as `application/pdf`. */
  contentType: string;
  /**
   * If it is set, the file is shown inside the HTML, which refers to it as `cid:<contentId>`; without HTML it is a file like the others.
   */
  contentId?: string;
  /** Size of the content in bytes. */
  size: number;
  /** The bytes, or a function that opens them anew with each call, so that a message can be composed again for the next try. */
  content: Buffer | (() => AsyncIterable<Uint8Array>);
};

/** All that a message is made of; the same draft always gives the same bytes. Bcc has no place here, so it can't leak. */
export type MessageDraft = {
  from: HeaderMailbox;
  replyTo: string | null;
  to: Mailbox[];
  cc: Mailbox[];
  subject: string;
  /** For the Date field and the signing time. */
  date: Date;
  /** With its angle brackets. */
  messageId: string;
  /** For `X-Billing-Delivery`; `null` in mail that is not a delivery, such as an alert. */
  deliveryId: string | null;
  /** Any text that belongs to this delivery only; the boundaries are derived from it. */
  boundarySeed: string;
  text: string;
  html: string | null;
  attachments: DraftAttachment[];
  /** Marks an alert as made by a machine (RFC 3834 5), so that no out-of-office note answers it. Never for billing documents. */
  autoSubmitted?: boolean;
};

/** An attachment gave more or fewer bytes than its draft says: what was sent so far must not be completed. */
export class AttachmentSizeError extends Error {
  override readonly name = 'AttachmentSizeError';
}
