import { createHash } from 'node:crypto';
import { type DispatchJob } from '@billing-mail/contracts';
import { type AttachmentRow } from '../records/rows.js';

/** The parts of an attachment that count as its content; where its bytes are stored does not. */
export type HashedAttachment = Pick<AttachmentRow, 'filename' | 'contentType' | 'sha256' | 'size' | 'contentId'>;

export type HashedDocument = Omit<DispatchJob, 'version' | 'attachments'> & { resendOf?: string };

/** Returns the hash of what is sent. The same key with the same hash is the same delivery. The requester is not part of it. */
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
    // Last, and only if given: a key that was published before `sendAt` existed keeps its hash when it is published again.
    ...(sendAt === undefined ? [] : [sendAt]),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
