// Documents in a folder: blobs under `.blobs/ab/<sha256>`, documents that invoicing put there under their key (`acme/2026/0042.xml`).
import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { type DocumentPlace, type DocumentStore, type ReceivedBytes, type StoredBlob } from './document-store.js';

// A key never begins with a dot, so that no document can stand where the blobs are.
const BLOBS = '.blobs';
/** Invoices are nobody's business but their owner's, whatever the umask. */
const OWNER_ONLY = 0o700;
/** Below it: the id of the store. */
const ID = 'store-id';
/** Below it: what comes in and is not kept yet. */
const INCOMING = 'incoming';
/** Below it: blobs that nobody named when they were looked at. */
const ASIDE = 'aside';
/** Hashes that are asked about together. */
const LISTED = 500;
/** Large enough that a document of some megabytes is a few reads, small enough that sixteen at a time are no burden. */
const READ_BYTES = 256 * 1024;

export class FolderDocumentStore implements DocumentStore {
  readonly place: string;

  constructor(private readonly folder: string) {
    this.place = `the folder ${path.resolve(folder)} on ${hostname()}`;
  }

  async put(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StoredBlob> {
    const received = await this.receive(bytes);
    try {
      await received.keep();
    } catch (error) {
      await received.discard();
      throw error;
    }
    return { sha256: received.sha256, size: received.size };
  }

  async receive(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ReceivedBytes> {
    const temporary = path.join(this.folder, BLOBS, INCOMING, randomUUID());
    const discard = () => rm(temporary, { force: true });
    try {
      const blob = await writeDurably(temporary, bytes);
      return {
        ...blob,
        open: () => createReadStream(temporary, { highWaterMark: READ_BYTES }),
        keep: () => this.moveIn(temporary, this.blobPath(blob.sha256)),
        discard,
      };
    } catch (error) {
      await discard();
      throw error;
    }
  }

  async read(place: DocumentPlace): Promise<Buffer | null> {
    return this.firstOf(place, (file) => ifThere(readFile(file)));
  }

  async sizeOf(place: DocumentPlace): Promise<number | null> {
    return this.firstOf(place, async (file) => {
      const found = await ifThere(stat(file));
      return found?.isFile() === true ? found.size : null;
    });
  }

  open({ sha256, ref }: DocumentPlace): AsyncIterable<Uint8Array> {
    if (ref === null) return this.openBlob(sha256);
    const file = this.refPath(ref);
    if (file === null) throw new Error('A key leads out of the document store.');
    return createReadStream(file, { highWaterMark: READ_BYTES });
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.blobPath(sha256), { force: true });
  }

  async *blobs(): AsyncGenerator<string[]> {
    for (const folder of (await ifThere(readdir(path.join(this.folder, BLOBS)))) ?? [])
      if (/^[0-9a-f]{2}$/.test(folder)) yield* this.hashesIn(folder);
  }

  async setAside(sha256: string, writtenBefore: Date): Promise<boolean> {
    const file = this.blobPath(sha256);
    const found = await ifThere(stat(file));
    if (found === null || found.mtime >= writtenBefore) return false;
    const aside = this.asidePath(sha256);
    // Its date says from now on when it was set aside.
    await ifThere(utimes(file, new Date(), new Date()));
    return (await ifThere(inFolderOf(aside, () => rename(file, aside)).then(() => true))) ?? false;
  }

  async *setAsideBefore(then: Date): AsyncGenerator<string[]> {
    for await (const hashes of this.hashesIn(ASIDE)) yield await onlyOlder(hashes, (hash) => this.asidePath(hash), then);
  }

  async restore(sha256: string): Promise<void> {
    const target = this.blobPath(sha256);
    await ifThere(inFolderOf(target, () => rename(this.asidePath(sha256), target)));
  }

  async removeSetAside(sha256: string): Promise<void> {
    await rm(this.asidePath(sha256), { force: true });
  }

  async removeUnfinished(receivedBefore: Date): Promise<number> {
    const fileOf = (name: string) => path.join(this.folder, BLOBS, INCOMING, name);
    const names = (await ifThere(readdir(path.join(this.folder, BLOBS, INCOMING)))) ?? [];
    const old = await onlyOlder(names, fileOf, receivedBefore);
    for (const name of old) await rm(fileOf(name), { force: true });
    return old.length;
  }

  async check(): Promise<void> {
    await mkdir(path.join(this.folder, BLOBS), { recursive: true, mode: OWNER_ONLY });
    await access(path.join(this.folder, BLOBS), constants.R_OK | constants.W_OK);
  }

  async id(): Promise<string | null> {
    return (await ifThere(readFile(this.idPath(), 'utf8')))?.trim() ?? null;
  }

  async giveId(id: string): Promise<void> {
    await writeDurably(this.idPath(), [Buffer.from(`${id}\n`)]);
    await syncFolder(path.dirname(this.idPath()));
  }

  private idPath(): string {
    return path.join(this.folder, BLOBS, ID);
  }

  // Renaming over the same content is harmless, and two at once end with one whole file.
  private async moveIn(temporary: string, target: string): Promise<void> {
    await inFolderOf(target, () => rename(temporary, target));
    await syncFolder(path.dirname(target));
  }

  private refPath(ref: string): string | null {
    const file = path.join(this.folder, ref);
    return path.relative(this.folder, file).startsWith('..') ? null : file;
  }

  /** What a place has, wherever a blob is at the moment: while it is looked for it may be set aside, or restored. */
  private async firstOf<T>({ sha256, ref }: DocumentPlace, look: (file: string) => Promise<T | null>): Promise<T | null> {
    if (ref === null) return (await look(this.blobPath(sha256))) ?? (await look(this.asidePath(sha256))) ?? look(this.blobPath(sha256));
    const file = this.refPath(ref);
    return file === null ? null : look(file);
  }

  private async *openBlob(sha256: string): AsyncGenerator<Uint8Array> {
    const handle = await this.firstOf({ sha256, ref: null }, (file) => ifThere(open(file, 'r')));
    const options = { highWaterMark: READ_BYTES };
    yield* handle?.createReadStream(options) ?? createReadStream(this.blobPath(sha256), options);
  }

  private async *hashesIn(folder: string): AsyncGenerator<string[]> {
    const names = (await ifThere(readdir(path.join(this.folder, BLOBS, folder)))) ?? [];
    const hashes = names.filter((name) => /^[0-9a-f]{64}$/.test(name));
    for (let at = 0; at < hashes.length; at += LISTED) yield hashes.slice(at, at + LISTED);
  }

  private asidePath(sha256: string): string {
    return path.join(this.folder, BLOBS, ASIDE, sha256);
  }

  private blobPath(sha256: string): string {
    return path.join(this.folder, BLOBS, sha256.slice(0, 2), sha256);
  }
}

async function writeDurably(file: string, bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await inFolderOf(file, () => open(file, 'wx', 0o600));
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      size += chunk.length;
      await handle.writeFile(chunk);
    }
    await handle.datasync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), size };
}

/** Makes the folder of a file where it is missing, which is rare: of each document two folders would be asked for otherwise. */
async function inFolderOf<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(path.dirname(file), { recursive: true, mode: OWNER_ONLY });
    return work();
  }
}

// Without it the name of a new file may be gone after a power cut although its bytes are there (fsync(2)).
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Those whose file was written before then. */
async function onlyOlder(names: readonly string[], fileOf: (name: string) => string, then: Date): Promise<string[]> {
  const dates = await Promise.all(names.map(async (name) => (await ifThere(stat(fileOf(name))))?.mtime));
  return names.filter((_, index) => (dates[index] ?? then) < then);
}

/** `null` when there is no such file. */
async function ifThere<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw error;
  }
}
