import { FolderDocumentStore } from './folder-document-store.js';

/** Bytes that are kept under their own hash; the same bytes are kept once. */
export type StoredBlob = { sha256: string; size: number };

/** What became of taking over a document that invoicing had put into the store. */
export type Adoption = 'adopted' | 'missing' | 'mismatch';

/** Where attachments and composed messages are kept, so that neither Redis nor the process holds them. Rejects when it is away. */
export interface DocumentStore {
  /** Keeps the bytes; durable once it resolves. */
  put(bytes: AsyncIterable<Uint8Array>): Promise<StoredBlob>;
  /** Takes a document by its key, if it has the hash and size that were promised. */
  adopt(ref: string, promised: StoredBlob): Promise<Adoption>;
  /** The bytes of a blob, as a stream. Fails while reading when the blob is missing. */
  open(sha256: string): AsyncIterable<Uint8Array>;
  /** Removes a blob; one that is gone already is no mistake. */
  remove(sha256: string): Promise<void>;
  /** Rejects when the store can't be used. */
  check(): Promise<void>;
}

/** The store of a `DOCUMENT_STORE_URL`. */
export function openDocumentStore(url: string): DocumentStore {
  return new FolderDocumentStore(decodeURIComponent(url.replace(/^file:(\/\/)?/, '')));
}
