// The bytes of a delivery's documents, checked against the hash that they were taken with.
import { createHash } from 'node:crypto';
import { type AttachmentInHand } from '../records/rows.js';
import { type DocumentStore } from './document-store.js';
import { sha256Of } from './sha256.js';

/** A document is not what it was when the delivery was taken, or is gone: it is invoicing's own, and was changed before the delivery was settled. */
export class DocumentChangedError extends Error {
  override readonly name = 'DocumentChangedError';
}

/** All bytes of a document. @throws DocumentChangedError */
export async function readDocument(store: DocumentStore, attachment: AttachmentInHand): Promise<Buffer> {
  if (attachment.bytes !== undefined) return attachment.bytes;
  const bytes = await store.read(attachment);
  if (bytes === null || bytes.length !== attachment.size || sha256Of(bytes) !== attachment.sha256) throw changed(attachment);
  return bytes;
}

/** The same as a stream, which fails at its end where the bytes are others. */
export async function* openDocument(store: DocumentStore, attachment: AttachmentInHand): AsyncGenerator<Uint8Array> {
  if ((await store.sizeOf(attachment)) !== attachment.size) throw changed(attachment);
  const hash = createHash('sha256');
  for await (const block of store.open(attachment)) {
    hash.update(block);
    yield block;
  }
  if (hash.digest('hex') !== attachment.sha256) throw changed(attachment);
}

// Blobs are ours and never change: a missing one is our own trouble, such as a volume that is not mounted.
function changed({ ref }: AttachmentInHand): Error {
  return ref === null
    ? new Error('A document is not in the document store.')
    : new DocumentChangedError(`The document ${ref} has changed, or is gone, since the delivery was taken.`);
}
