// Keeps documents in a bucket, with the layout of a folder store: blobs under `.blobs/ab/<sha256>`, documents of invoicing under its own
// keys.
import { createHash, randomUUID } from 'node:crypto';
import {
  type DocumentPlace,
  type DocumentStore,
  DocumentStoreUnavailableError,
  type ReceivedBytes,
  type StoredBlob,
} from './document-store.js';
import { S3Bucket, type S3Patience, type S3Place } from './s3-bucket.js';

/** No key of invoicing begins with a dot. */
const BLOBS = '.blobs/';
const ID = `${BLOBS}store-id`;
/** Received bytes that are not kept yet. */
const INCOMING = `${BLOBS}incoming/`;
/** Blobs that were set aside. */
const ASIDE = `${BLOBS}aside/`;
const BLOB_KEY = /^\.blobs\/[0-9a-f]{2}\/([0-9a-f]{64})$/;

/** Larger documents are uploaded in parts of this size, one at a time. Smaller ones are held in memory until their hash is known. */
const PART_BYTES = 8 * 1024 * 1024;
/** Received documents up to this size are held in memory until they are kept; most are smaller. */
const HELD_BYTES = 1024 * 1024;
/** A stream is read in pieces of this size. An S3 server would close the connection to a reader that is as slow as a mail server can be. */
const PIECE_BYTES = 512 * 1024;

/** Received bytes: in memory, or as an object under another key. */
type Came = StoredBlob & ({ bytes: Buffer } | { key: string });

export class S3DocumentStore implements DocumentStore {
  readonly place: string;
  private readonly bucket: S3Bucket;
  private mayWrite = false;

  constructor(at: S3Place, patience?: S3Patience) {
    this.bucket = new S3Bucket(at, patience);
    this.place = `s3://${at.bucket}/${at.prefix}${at.endpoint === null ? '' : ` at ${at.endpoint}`}`;
  }

  async put(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StoredBlob> {
    const came = await this.take(bytes, PART_BYTES);
    try {
      await this.keep(came);
    } catch (error) {
      await this.forget(came).catch(() => undefined);
      throw error;
    }
    return { sha256: came.sha256, size: came.size };
  }

  async receive(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ReceivedBytes> {
    const came = await this.take(bytes, HELD_BYTES);
    const { sha256, size } = came;
    let isKept = false;
    return {
      ...{ sha256, size },
      open: () => ('bytes' in came ? inMemory(came.bytes) : this.stream(() => [came.key])),
      keep: async () => {
        await this.keep(came);
        isKept = true;
      },
      discard: async () => {
        if (!isKept) await this.forget(came);
      },
    };
  }

  async read(place: DocumentPlace): Promise<Buffer | null> {
    return firstOf(keysOf(place), (key) => this.bucket.get(key));
  }

  async sizeOf(place: DocumentPlace): Promise<number | null> {
    return (await firstOf(keysOf(place), (key) => this.bucket.piece(key, 0, 1)))?.size ?? null;
  }

  open(place: DocumentPlace): AsyncIterable<Uint8Array> {
    return this.stream(() => keysOf(place));
  }

  async remove(sha256: string): Promise<void> {
    await this.bucket.remove(blobKey(sha256));
  }

  async *blobs(): AsyncGenerator<string[]> {
    for await (const objects of this.bucket.list(BLOBS)) yield objects.flatMap(({ key }) => BLOB_KEY.exec(key)?.[1] ?? []);
  }

  async setAside(sha256: string, writtenBefore: Date): Promise<boolean> {
    const modifiedAt = await this.bucket.modifiedAt(blobKey(sha256));
    if (modifiedAt === null || modifiedAt >= writtenBefore) return false;
    // The modification time of the copy says when the blob was set aside.
    return this.move(blobKey(sha256), ASIDE + sha256);
  }

  async *setAsideBefore(then: Date): AsyncGenerator<string[]> {
    for await (const objects of this.bucket.list(ASIDE))
      yield objects.flatMap(({ key, modifiedAt }) => (modifiedAt < then ? key.slice(ASIDE.length) : []));
  }

  async restore(sha256: string): Promise<void> {
    await this.move(ASIDE + sha256, blobKey(sha256));
  }

  async removeSetAside(sha256: string): Promise<void> {
    await this.bucket.remove(ASIDE + sha256);
  }

  async removeUnfinished(receivedBefore: Date): Promise<number> {
    let count = await this.bucket.abortUploads(INCOMING, receivedBefore);
    for await (const objects of this.bucket.list(INCOMING)) {
      const old = objects.filter(({ modifiedAt }) => modifiedAt < receivedBefore);
      for (const { key } of old) await this.bucket.remove(key);
      count += old.length;
    }
    return count;
  }

  /** Tests once that the bucket can be written, and on each call that it answers. */
  async check(): Promise<void> {
    if (!this.mayWrite) {
      const key = `${INCOMING}check-${randomUUID()}`;
      await this.bucket.putOnce(key, Buffer.from('may be written'));
      await this.bucket.remove(key);
      this.mayWrite = true;
    }
    await this.id();
  }

  async id(): Promise<string | null> {
    return (await this.bucket.get(ID))?.toString().trim() ?? null;
  }

  async giveId(id: string): Promise<void> {
    if (!(await this.bucket.putOnce(ID, Buffer.from(`${id}\n`), false)))
      throw new DocumentStoreUnavailableError(`${this.place} has an id.`);
  }

  private async take(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, heldBytes: number): Promise<Came> {
    const hash = createHash('sha256');
    let size = 0;
    const counted = async function* () {
      for await (const block of source) {
        hash.update(block);
        size += block.length;
        yield block;
      }
    };
    const parts = inParts(counted());
    const begun = await parts.next();
    const first = begun.done === true ? Buffer.alloc(0) : begun.value;
    const key = INCOMING + randomUUID();
    if (first.length === PART_BYTES) await this.bucket.upload(key, chained(first, parts));
    else if (first.length > heldBytes) await this.bucket.putOnce(key, first);
    const blob = { sha256: hash.digest('hex'), size };
    return first.length === PART_BYTES || first.length > heldBytes ? { ...blob, key } : { ...blob, bytes: first };
  }

  private async keep(came: Came): Promise<void> {
    if ('bytes' in came) await this.bucket.putOnce(blobKey(came.sha256), came.bytes);
    else if (!(await this.move(came.key, blobKey(came.sha256))))
      throw new DocumentStoreUnavailableError(`What was received vanished from ${this.place}.`);
  }

  private async forget(came: Came): Promise<void> {
    if ('key' in came) await this.bucket.remove(came.key);
  }

  /**
   * Moves an object; returns false if it does not exist. Copying over the same content is harmless, and a reader finds the object under one
   * of the two keys meanwhile.
   */
  private async move(from: string, to: string): Promise<boolean> {
    const isThere = await this.bucket.copy(from, to);
    if (isThere) await this.bucket.remove(from);
    return isThere;
  }

  private async *stream(keys: () => string[]): AsyncGenerator<Uint8Array> {
    for (let at = 0, size = 1; at < size;) {
      const piece = await firstOf(keys(), (key) => this.bucket.piece(key, at, PIECE_BYTES));
      if (piece === null) throw new DocumentStoreUnavailableError(`A document is not in ${this.place}.`);
      yield piece.bytes;
      at += piece.bytes.length;
      size = piece.size;
    }
  }
}

/**
 * Reads `s3://bucket/prefix?endpoint=https://…&region=…`. The URL holds no credentials; the SDK finds them in its usual places.
 * @throws Error that says what is wrong and quotes nothing of the URL
 */
export function readS3Url(url: string): S3Place {
  const { hostname, username, password, pathname, searchParams, hash } = new URL(url);
  if (username !== '' || password !== '') throw new Error('must not hold credentials; they are found as the AWS SDK finds them');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(hostname)) throw new Error('must name a bucket: s3://bucket/prefix');
  const unknown = [...searchParams.keys()].filter((name) => name !== 'endpoint' && name !== 'region');
  if (unknown.length > 0 || hash !== '') throw new Error('may have "endpoint" and "region" after the question mark, nothing else');
  const folders = pathname.split('/').filter((folder) => folder !== '');
  if (!folders.every((folder) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(folder)))
    throw new Error('must have a prefix of letters, digits, ".", "_" and "-"');
  const [endpoint, region] = [searchParams.get('endpoint'), searchParams.get('region')];
  if (endpoint !== null && !isEndpoint(endpoint)) throw new Error('must have an endpoint such as https://s3.example.com');
  if (region !== null && !/^[a-z0-9-]+$/.test(region)) throw new Error('must have a region such as eu-central-1');
  return { bucket: hostname, prefix: folders.map((folder) => `${folder}/`).join(''), endpoint, region };
}

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, pathname, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && pathname === '/' && search === '' && hash === '';
}

const blobKey = (sha256: string): string => `${BLOBS}${sha256.slice(0, 2)}/${sha256}`;

/**
 * Returns the keys under which a document may be. The key of a blob comes twice, because the blob may be set aside or restored during the
 * look.
 */
const keysOf = ({ sha256, ref }: DocumentPlace): string[] =>
  ref === null ? [blobKey(sha256), ASIDE + sha256, blobKey(sha256)] : isKey(ref) ? [ref] : [];

/** Some servers resolve dots in a key, which could lead out of the prefix or to the blobs. */
const isKey = (ref: string): boolean => ref.split('/').every((part) => part !== '' && !part.startsWith('.'));

async function firstOf<T>(keys: readonly string[], look: (key: string) => Promise<T | null>): Promise<T | null> {
  for (const key of keys) {
    const found = await look(key);
    if (found !== null) return found;
  }
  return null;
}

/** All parts but the last have the size `PART_BYTES`. */
async function* inParts(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  for await (let block of blocks) {
    while (bytes + block.length >= PART_BYTES) {
      const room = PART_BYTES - bytes;
      yield Buffer.concat([...gathered, block.subarray(0, room)]);
      block = block.subarray(room);
      [gathered, bytes] = [[], 0];
    }
    gathered.push(block);
    bytes += block.length;
  }
  if (bytes > 0) yield Buffer.concat(gathered);
}

async function* chained(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* inMemory(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
