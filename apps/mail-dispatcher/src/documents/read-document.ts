// Reads the documents of a delivery, checked against the hash that was recorded when it was taken.
import { createHash } from 'node:crypto';
import { type AttachmentInHand } from '../records/rows.js';
import { type DocumentStore } from './document-store.js';
import { sha256Of } from './sha256.js';

/** Thrown if a document of invoicing was changed or removed before its delivery was settled. */
export class DocumentChangedError extends Error {
  override readonly name = 'DocumentChangedError';
}

/** Returns bytes that the caller may keep, change or give away: those in hand are no longer in hand afterwards. */
export async function readDocument(store: DocumentStore, attachment: AttachmentInHand): Promise<Buffer> {
  const inHand = attachment.bytes;
  delete attachment.bytes;
  if (inHand !== undefined) return inHand;
  const bytes = await store.read(attachment);
  if (bytes === null || bytes.length !== attachment.size || sha256Of(bytes) !== attachment.sha256) throw changed(attachment);
  return bytes;
}

/**
 * Streams the bytes of a document. If they have changed, the stream fails: at once if their size differs, else at its end.
 * @throws DocumentChangedError for a document of invoicing, Error for a blob
 */
export async function* openDocument(store: DocumentStore, attachment: AttachmentInHand): AsyncGenerator<Uint8Array> {
  if ((await store.sizeOf(attachment)) !== attachment.size) throw changed(attachment);
  const hash = createHash('sha256');
  for await (const block of store.open(attachment)) {
    hash.update(block);
    yield block;
  }
  if (hash.digest('hex') !== attachment.sha256) throw changed(attachment);
}

// Blobs never change, so a missing blob is our own trouble, such as a volume that is not mounted.
function changed({ ref }: AttachmentInHand): Error {
  return ref === null
    ? new Error('A document is not in the document store.')
    : new DocumentChangedError(`The document ${ref} has changed, or is gone, since the delivery was taken.`);
}
