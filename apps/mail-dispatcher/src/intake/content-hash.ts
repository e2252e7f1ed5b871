import { createHash } from 'node:crypto';
import { type DispatchJob } from '@billing-mail/contracts';
import { type AttachmentRow } from '../records/rows.js';

/** What of an attachment is content; where its bytes are is not. */
export type HashedAttachment = Pick<AttachmentRow, 'filename' | 'contentType' | 'sha256' | 'size' | 'contentId'>;

export type HashedDocument = Omit<DispatchJob, 'version' | 'attachments'> & { resendOf?: string };

/** Two publications are the same delivery when this is the same. Who asked for it is no part of what is sent. */
export function contentHash(document: HashedDocument, attachments: readonly HashedAttachment[]): string {
  const { to, cc, bcc, subject, text, html, resendOf, sendAt } = document;
  const { id, type, number, recurrence } = document.document;
  const people = [to, cc, bcc].map((list) => list.map(({ address, name }) => [address, name ?? null]));
  const files = attachments.map(({ filename, contentType, sha256, size, contentId }) => [
    ...[filename, contentType, sha256, size],
    ...(contentId === null ? [] : [contentId]),
  ]);
  const content = [
    id,
    type,
    number ?? null,
    recurrence?.seriesId ?? null,
    recurrence?.occurrence ?? null,
    people,
    subject,
    text,
    html ?? null,
    files,
    resendOf ?? null,
    // Behind what there was before, so that a key published again after an upgrade is the same delivery.
    ...(sendAt === undefined ? [] : [sendAt]),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
