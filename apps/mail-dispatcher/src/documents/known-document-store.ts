// The document store of this dispatcher, used only once it is known to be the one that PostgreSQL knows. In another store, existing
// documents would seem to be missing, new ones would be found by no other dispatcher, and the collector would remove documents of another
// database.
import { type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type Logger, TroubleLog, within } from '@billing-mail/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { type StoreIdentityStore } from '../records/store-identity.store.js';
import { type DocumentStore, DocumentStoreUnavailableError } from './document-store.js';

/** How long the start waits for the store. After that the dispatcher runs without it and is not ready. */
const START_MS = 5000;
const ASK_AGAIN_MS = 2000;

/** Thrown if the store is not the one that PostgreSQL knows, or if it is not known yet whether it is. */
class UnknownStoreError extends DocumentStoreUnavailableError {
  override readonly name = 'UnknownStoreError';
}

export class KnownDocumentStore implements DocumentStore, OnModuleInit, BeforeApplicationShutdown {
  /** The id of the store once it is known to be the right one. */
  private knownAs: string | null = null;
  private ended = false;
  private looking: Promise<void> | null = null;
  private tellKnown: () => void = () => undefined;
  private readonly known = new Promise<void>((resolve) => (this.tellKnown = resolve));
  private readonly trouble: TroubleLog;

  constructor(
    private readonly store: DocumentStore,
    private readonly identities: StoreIdentityStore,
    private readonly logger: Logger,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  /**
   * Returns the store if it is known to be the right one.
   * @throws UnknownStoreError
   */
  private get own(): DocumentStore {
    if (this.knownAs !== null) return this.store;
    throw new UnknownStoreError(`It is not known yet whether ${this.place} is the document store of this database.`);
  }

  get place(): string {
    return this.store.place;
  }

  async onModuleInit(): Promise<void> {
    await within(START_MS, this.lookUntilKnown());
  }

  beforeApplicationShutdown(): void {
    this.ended = true;
  }

  /** Resolves once the store is known for the first time. */
  whenKnown(): Promise<void> {
    return this.known;
  }

  /**
   * Throws if the store can't be used or is not the one that PostgreSQL knows. It is called again and again, because a volume may disappear
   * at any time.
   */
  async check(): Promise<void> {
    try {
      await this.store.check();
      // Once the store is known, PostgreSQL is asked only if the id differs, so it may be unavailable.
      if (this.knownAs === null || (await this.store.id()) !== this.knownAs) this.knownAs = await this.recognise();
      this.tellKnown();
    } catch (error) {
      if (error instanceof UnknownStoreError) {
        this.knownAs = null;
        void this.lookUntilKnown();
      }
      this.trouble.tell(error as Error, { step: 'document-store' }, `not ready: ${(error as Error).message}`);
      throw error;
    }
  }

  // The methods of the store itself, which fail while it is not known.
  readonly put: DocumentStore['put'] = async (bytes) => this.own.put(bytes);
  readonly receive: DocumentStore['receive'] = async (bytes) => this.own.receive(bytes);
  readonly read: DocumentStore['read'] = async (place) => this.own.read(place);
  readonly sizeOf: DocumentStore['sizeOf'] = async (place) => this.own.sizeOf(place);
  readonly open: DocumentStore['open'] = (place) => this.own.open(place);
  readonly blobs: DocumentStore['blobs'] = () => this.own.blobs();
  readonly setAside: DocumentStore['setAside'] = async (sha256, writtenBefore) => this.own.setAside(sha256, writtenBefore);
  readonly setAsideBefore: DocumentStore['setAsideBefore'] = (then) => this.own.setAsideBefore(then);
  readonly restore: DocumentStore['restore'] = async (sha256) => this.own.restore(sha256);
  readonly removeSetAside: DocumentStore['removeSetAside'] = async (sha256) => this.own.removeSetAside(sha256);
  readonly removeUnfinished: DocumentStore['removeUnfinished'] = async (receivedBefore) => this.own.removeUnfinished(receivedBefore);
  readonly remove: DocumentStore['remove'] = async (sha256) => this.own.remove(sha256);
  readonly id: DocumentStore['id'] = async () => this.own.id();
  readonly giveId: DocumentStore['giveId'] = async (id) => this.own.giveId(id);

  private lookUntilKnown(): Promise<void> {
    return (this.looking ??= this.look().finally(() => (this.looking = null)));
  }

  private async look(): Promise<void> {
    while (!this.ended && this.knownAs === null) {
      await this.check().catch(() => undefined); // `check` logs it
      if (this.knownAs === null) await sleep(ASK_AGAIN_MS, undefined, { ref: false });
    }
  }

  /**
   * Returns the id of the store if it is the one that PostgreSQL knows, and records its place. If no store has been given the id yet, this
   * one gets it.
   * @throws UnknownStoreError
   */
  private async recognise(): Promise<string> {
    const [found, { id, place }] = [await this.store.id(), await this.identities.known()];
    if (found !== null && found !== id) throw new UnknownStoreError(belongsToAnother(this.place, place));
    if (found === null && place !== null) throw new UnknownStoreError(isAnother(this.place, place));
    if (found === id && place === this.place) return id;
    await this.identities.note(this.place, found === null ? () => this.store.giveId(id) : null);
    if (found === null) return this.recognise();
    this.logger.info({ step: 'document-store', place: this.place }, 'the document store is the one that the database knows');
    return id;
  }
}

const isAnother = (here: string, known: string): string =>
  `the document store is ${here}, but this database knows ${known}. Set DOCUMENT_STORE_URL to that one for every dispatcher; where it has moved, ` +
  'copy all of it, .blobs/store-id included. Where it is lost for good: UPDATE dispatch.document_store SET place = NULL';

const belongsToAnother = (here: string, known: string | null): string =>
  `the document store ${here} belongs to another database. Two must not share one, as each removes what it does not name: set DOCUMENT_STORE_URL to ` +
  `${known ?? 'a folder, or a prefix in a bucket, of its own'}. If this database takes the place of that one, which is gone for good, remove .blobs/store-id there`;
