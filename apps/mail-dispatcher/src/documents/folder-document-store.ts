// Documents in a folder: blobs under `.blobs/ab/<sha256>`, documents that invoicing put there under their key (`acme/2026/0042.xml`).
import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type DocumentPlace, type DocumentStore, type ReceivedBytes, type StoredBlob } from './document-store.js';

// A key never begins with a dot, so that no document can stand where the blobs are.
const BLOBS = '.blobs';
/** Invoices are nobody's business but their owner's, whatever the umask. */
const OWNER_ONLY = 0o700;
/** Below it: what comes in and is not kept yet. */
const INCOMING = 'incoming';
/** Large enough that a document of some megabytes is a few reads, small enough that sixteen at a time are no burden. */
const READ_BYTES = 256 * 1024;

export class FolderDocumentStore implements DocumentStore {
  constructor(private readonly folder: string) {}

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
    const file = this.pathOf(place);
    return file === null ? null : ifThere(readFile(file));
  }

  async sizeOf(place: DocumentPlace): Promise<number | null> {
    const file = this.pathOf(place);
    const found = file === null ? null : await ifThere(stat(file));
    return found?.isFile() === true ? found.size : null;
  }

  open(place: DocumentPlace): AsyncIterable<Uint8Array> {
    const file = this.pathOf(place);
    if (file === null) throw new Error('A key leads out of the document store.');
    return createReadStream(file, { highWaterMark: READ_BYTES });
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.blobPath(sha256), { force: true });
  }

  async check(): Promise<void> {
    await mkdir(path.join(this.folder, BLOBS), { recursive: true, mode: OWNER_ONLY });
    await access(path.join(this.folder, BLOBS), constants.R_OK | constants.W_OK);
  }

  // Renaming over the same content is harmless, and two at once end with one whole file.
  private async moveIn(temporary: string, target: string): Promise<void> {
    await inFolderOf(target, () => rename(temporary, target));
    await syncFolder(path.dirname(target));
  }

  private pathOf({ sha256, ref }: DocumentPlace): string | null {
    if (ref === null) return this.blobPath(sha256);
    const file = path.join(this.folder, ref);
    return path.relative(this.folder, file).startsWith('..') ? null : file;
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
