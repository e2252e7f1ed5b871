// Documents in a folder: blobs under `.blobs/ab/<sha256>`, documents that invoicing put there under their key (`acme/2026/0042.xml`).
import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Adoption, type DocumentStore, type StoredBlob } from './document-store.js';

// A key never begins with a dot, so that no document can stand where the blobs are.
const BLOBS = '.blobs';

export class FolderDocumentStore implements DocumentStore {
  constructor(private readonly folder: string) {}

  async put(bytes: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
    const incoming = path.join(this.folder, BLOBS, 'incoming');
    await mkdir(incoming, { recursive: true });
    const temporary = path.join(incoming, randomUUID());
    try {
      const blob = await writeDurably(temporary, bytes);
      const target = this.blobPath(blob.sha256);
      await mkdir(path.dirname(target), { recursive: true });
      // Renaming over the same content is harmless, and two at once end with one whole file.
      await rename(temporary, target);
      await syncFolder(path.dirname(target));
      return blob;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async adopt(ref: string, promised: StoredBlob): Promise<Adoption> {
    const source = path.join(this.folder, ref);
    if (path.relative(this.folder, source).startsWith('..')) return 'missing';
    const found = await statOrNull(source);
    if (found === null || !found.isFile()) return 'missing';
    if (found.size !== promised.size) return 'mismatch';
    // Looked at before it is taken over: what has another hash may be the bytes of another delivery, which must not be touched.
    if ((await hashOf(createReadStream(source))) !== promised.sha256) return 'mismatch';
    const blob = await this.put(createReadStream(source));
    return blob.sha256 === promised.sha256 ? 'adopted' : 'mismatch';
  }

  open(sha256: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.blobPath(sha256));
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.blobPath(sha256), { force: true });
  }

  async check(): Promise<void> {
    await mkdir(path.join(this.folder, BLOBS), { recursive: true });
    await access(path.join(this.folder, BLOBS), constants.R_OK | constants.W_OK);
  }

  private blobPath(sha256: string): string {
    return path.join(this.folder, BLOBS, sha256.slice(0, 2), sha256);
  }
}

async function writeDurably(file: string, bytes: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(file, 'wx', 0o600);
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

async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
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

async function statOrNull(file: string) {
  try {
    return await stat(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
