import { UnavailableError } from '@billing-mail/platform';

/** A blob: bytes that are kept under their own hash, so the same bytes are stored once. */
export type StoredBlob = { sha256: string; size: number };

/** Where a document is: under its own hash, or under a key of invoicing. */
export type DocumentPlace = { sha256: string; ref: string | null };

/**
 * Bytes that were received but are not a blob yet: `keep` makes them one, `discard` removes them, and after a day they are removed anyway.
 */
export type ReceivedBytes = StoredBlob & {
  /** Returns the bytes, from the start on each call. */
  open(): AsyncIterable<Uint8Array>;
  /** Makes the bytes a blob, which is durable once the promise resolves. */
  keep(): Promise<void>;
  /** Removes the bytes; does nothing once they are kept. */
  discard(): Promise<void>;
};

/** The store does not answer or refuses access; that is never the fault of a document. The message holds no secrets. */
export class DocumentStoreUnavailableError extends UnavailableError {
  override readonly name: string = 'DocumentStoreUnavailableError';

  constructor(message: string) {
    super(message, 'document-store-away', 'The document store does not answer. Nothing was changed; try again in a moment.');
  }
}

/**
 * Where documents are kept, so that neither Redis nor PostgreSQL holds them. Documents of invoicing stay under its keys and are not copied.
 * Documents that came with a job or an upload, and message bytes kept for the next try, are blobs. Methods throw if the store is
 * unavailable.
 */
export interface DocumentStore {
  /** Where the store is, for people. */
  readonly place: string;
  /** Stores the bytes as a blob, which is durable once the promise resolves. */
  put(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StoredBlob>;
  /** Stores bytes without making them a blob. If the source fails, what was stored is removed. */
  receive(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ReceivedBytes>;
  /** Returns all bytes of a document; `null` if it does not exist. */
  read(place: DocumentPlace): Promise<Buffer | null>;
  /** Returns the size of a document in bytes; `null` if it does not exist. */
  sizeOf(place: DocumentPlace): Promise<number | null>;
  /** Streams the bytes of a document. The stream fails if it does not exist. */
  open(place: DocumentPlace): AsyncIterable<Uint8Array>;
  /** Lists the hashes of the blobs, in batches. */
  blobs(): AsyncIterable<string[]>;
  /**
   * Sets a blob aside if it was last written before that time. Returns whether it was set aside. The blob can still be read, and storing
   * the same bytes again writes an ordinary blob beside it. An object store copies the blob and then removes it, which is safe for readers
   * and writers in between, because both copies have the same bytes.
   */
  setAside(sha256: string, writtenBefore: Date): Promise<boolean>;
  /** Lists the hashes of the blobs that were set aside before that time, in batches. */
  setAsideBefore(then: Date): AsyncIterable<string[]>;
  /** Makes a blob that was set aside an ordinary one again. */
  restore(sha256: string): Promise<void>;
  /** Removes a blob that was set aside; an ordinary blob with the same bytes stays. */
  removeSetAside(sha256: string): Promise<void>;
  /** Removes bytes that were received before that time and neither kept nor discarded. Returns how many there were. */
  removeUnfinished(receivedBefore: Date): Promise<number>;
  /** Removes a blob; does nothing if it does not exist. */
  remove(sha256: string): Promise<void>;
  /** Throws if the store can't be used. */
  check(): Promise<void>;
  /** Returns the id of the store; `null` if it has none. */
  id(): Promise<string | null>;
  /** Gives an id to a store that has none. The id is durable once the promise resolves. Throws if the store has an id. */
  giveId(id: string): Promise<void>;
}
