import { UnavailableError } from '@billing-mail/platform';

/** Bytes that are kept under their own hash; the same bytes are kept once. */
export type StoredBlob = { sha256: string; size: number };

/** Where a document is: under its own hash, or under a key that is invoicing's. */
export type DocumentPlace = { sha256: string; ref: string | null };

/** Bytes that came and are no blob yet: they become one when they are kept, and are gone when they are discarded or forgotten for a day. */
export type ReceivedBytes = StoredBlob & {
  /** From their start, whenever they are asked for. */
  open(): AsyncIterable<Uint8Array>;
  /** Durable once it resolves. */
  keep(): Promise<void>;
  /** Of no effect once they are kept. */
  discard(): Promise<void>;
};

/** The store is away or refuses us: never the fault of a document. Says nothing that is secret. */
export class DocumentStoreUnavailableError extends UnavailableError {
  override readonly name: string = 'DocumentStoreUnavailableError';

  constructor(message: string) {
    super(message, 'document-store-away', 'The document store does not answer. Nothing was changed; try again in a moment.');
  }
}

/**
 * Where documents are kept, so that neither Redis nor PostgreSQL holds them. Documents of invoicing stay under its keys and are not copied; what came with
 * a job, and the bytes of messages that wait for their next try, are blobs. Rejects when it is away.
 */
export interface DocumentStore {
  /** Where it is, for people. */
  readonly place: string;
  /** Keeps the bytes; durable once it resolves. */
  put(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StoredBlob>;
  /** Takes bytes in without keeping them; what it got of a source that fails is gone. */
  receive(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ReceivedBytes>;
  /** All bytes of a document; `null` when it is not there. */
  read(place: DocumentPlace): Promise<Buffer | null>;
  /** The size of a document; `null` when it is not there. */
  sizeOf(place: DocumentPlace): Promise<number | null>;
  /** The bytes of a document, as a stream. Fails while reading when it is not there. */
  open(place: DocumentPlace): AsyncIterable<Uint8Array>;
  /** Hashes of the blobs, some at a time. */
  blobs(): AsyncIterable<string[]>;
  /**
   * Puts a blob aside that was last written before then: it is found as before, and put again it is an ordinary one beside it. Says whether it did.
   * Of an object store this is a copy and a removal; what is read or put in between is safe, as both are the same bytes.
   */
  setAside(sha256: string, writtenBefore: Date): Promise<boolean>;
  /** Hashes of what was set aside before then, some at a time. */
  setAsideBefore(then: Date): AsyncIterable<string[]>;
  /** Makes what was set aside an ordinary blob again. */
  restore(sha256: string): Promise<void>;
  /** Removes what was set aside, and only that. */
  removeSetAside(sha256: string): Promise<void>;
  /** Removes what was received before then and neither kept nor discarded; says how much there was. */
  removeUnfinished(receivedBefore: Date): Promise<number>;
  /** Removes a blob; one that is gone already is no mistake. */
  remove(sha256: string): Promise<void>;
  /** Rejects when the store can't be used. */
  check(): Promise<void>;
  /** The id that it was given; `null` when it has none. */
  id(): Promise<string | null>;
  /** Gives an id to a store that has none; durable once it resolves. Rejects where it has one. */
  giveId(id: string): Promise<void>;
}
