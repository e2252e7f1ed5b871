// The promises of every document store, tested on a folder and on a real S3 server, and faults of an S3 server.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { type S3Fault, startTestS3Server, type TestS3Server } from '@billing-mail/testkit';
import { bringDocuments, keepDocuments } from './copy-documents.js';
import { type DocumentStore, DocumentStoreUnavailableError } from './document-store.js';
import { FolderDocumentStore } from './folder-document-store.js';
import { openDocumentStore } from './open-document-store.js';
import { S3Bucket } from './s3-bucket.js';
import { readS3Url, S3DocumentStore } from './s3-document-store.js';

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
async function* bytesOf(...parts: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}
async function* broken(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
  throw new Error('lost');
}
/** Larger than one part of an upload. */
const LARGE = Buffer.concat(Array.from({ length: 9 }, (_, index) => Buffer.alloc(1024 * 1024, index + 1)));
const FAR = new Date(Date.now() + 3_600_000);
const LONG_AGO = new Date(0);

let s3: TestS3Server;
let folder: string;
beforeAll(async () => {
  s3 = await startTestS3Server();
  Object.assign(process.env, s3.credentials);
});
afterAll(() => s3.stop());
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'documents-'));
});
afterEach(async () => {
  s3.fail(null);
  await rm(folder, { recursive: true, force: true });
});

const whole = async (bytes: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
};
const all = async (pages: AsyncIterable<string[]>): Promise<string[]> => {
  const found: string[] = [];
  for await (const page of pages) found.push(...page);
  return found.sort();
};

/** A store, and how invoicing puts a document into it. */
type Opened = { store: DocumentStore; invoicingPuts: (key: string, content: Buffer) => Promise<void> };
const STORES: [name: string, open: () => Opened][] = [
  [
    'a folder',
    () => ({
      store: openDocumentStore(`file:${folder}`),
      invoicingPuts: async (key, content) => {
        await mkdir(path.dirname(path.join(folder, key)), { recursive: true });
        await writeFile(path.join(folder, key), content);
      },
    }),
  ],
  [
    'S3',
    () => {
      const url = s3.url(`tests/${randomUUID()}`);
      return {
        store: openDocumentStore(url),
        invoicingPuts: async (key, content) => void (await new S3Bucket(readS3Url(url)).putOnce(key, content)),
      };
    },
  ],
];

describe.each(STORES)('the document store in %s', (name, open) => {
  let store: DocumentStore;
  let invoicingPuts: Opened['invoicingPuts'];
  beforeEach(() => ({ store, invoicingPuts } = open()));

  const read = async (hash: string) => (await whole(store.open({ sha256: hash, ref: null }))).toString();
  const isThere = async (hash: string) => (await store.sizeOf({ sha256: hash, ref: null })) !== null;

  it('is kept by a backup, which tells what the store lacks, and brought back into another store', async () => {
    const backup = await mkdtemp(path.join(tmpdir(), 'backup-'));
    const hashes = [];
    for (const content of ['invoice', LARGE]) hashes.push((await store.put(bytesOf(content))).sha256);
    const [lost, sentMeanwhile] = [sha256('lost'), sha256('sent meanwhile')];
    const named = [...hashes, lost].map((hash) => ({ sha256: hash, isDocument: true }));
    const lines = [...named, { sha256: sentMeanwhile, isDocument: false }].map((line) => `${JSON.stringify(line)}\n`);
    await writeFile(path.join(backup, 'documents.jsonl'), lines.join(''));
    for (let time = 0; time < 2; time += 1) expect(await keepDocuments(store, backup)).toEqual({ copied: 2, missing: [lost] });

    const other = name === 'S3' ? open().store : openDocumentStore(`file:${path.join(backup, 'other')}`);
    for (let time = 0; time < 2; time += 1) expect(await bringDocuments(other, backup)).toBe(2);
    for (const [index, content] of ['invoice', LARGE].entries())
      expect((await whole(other.open({ sha256: hashes[index] ?? '', ref: null }))).equals(Buffer.from(content))).toBe(true);
    await mkdir(path.join(backup, 'documents', lost.slice(0, 2)), { recursive: true });
    await writeFile(path.join(backup, 'documents', lost.slice(0, 2), lost), 'broken');
    await expect(bringDocuments(other, backup)).rejects.toThrow(`${lost} of the backup has other bytes`);
    await rm(backup, { recursive: true });
  });

  it('keeps the same bytes once, under their hash', async () => {
    const blob = await store.put(bytesOf('in', 'voice'));
    expect(blob).toEqual({ sha256: sha256('invoice'), size: 7 });
    expect(await store.put(bytesOf('invoice'))).toEqual(blob);
    expect(await read(blob.sha256)).toBe('invoice');
    expect(await all(store.blobs())).toEqual([blob.sha256]);
    expect(await store.removeUnfinished(FAR)).toBe(0);
  });

  it('keeps what is larger than a part, and gives it back as it was', async () => {
    const blob = await store.put([LARGE.subarray(0, 3), LARGE.subarray(3)]);
    expect(blob).toEqual({ sha256: sha256(LARGE), size: LARGE.length });
    const place = { sha256: blob.sha256, ref: null };
    expect(await store.sizeOf(place)).toBe(LARGE.length);
    expect((await whole(store.open(place))).equals(LARGE)).toBe(true);
    expect((await store.read(place))?.equals(LARGE)).toBe(true);
    expect(await store.removeUnfinished(FAR)).toBe(0);
  });

  it.each([
    ['little', Buffer.from('half')],
    ['more than is held in memory', LARGE.subarray(0, 2_000_000)],
    ['more than a part', LARGE],
  ])('leaves nothing behind of bytes that end in an error after %s', async (__, bytes) => {
    await expect(store.put(broken(bytes))).rejects.toThrow('lost');
    await expect(store.receive(broken(bytes))).rejects.toThrow('lost');
    expect(await all(store.blobs())).toEqual([]);
    expect(await store.removeUnfinished(FAR)).toBe(0);
  });

  it.each([
    ['little', Buffer.from('received')],
    ['more than is held in memory', LARGE.subarray(0, 2_000_000)],
    ['more than a part', LARGE],
  ])('takes %s in, and keeps or discards it as it is told', async (__, bytes) => {
    const [kept, discarded] = [await store.receive([bytes]), await store.receive([bytes, Buffer.from('else')])];
    expect(await all(store.blobs())).toEqual([]);
    expect((await whole(kept.open())).equals(bytes)).toBe(true);
    await kept.keep();
    await kept.discard();
    await discarded.discard();
    expect(await all(store.blobs())).toEqual([sha256(bytes)]);
    expect((await store.read({ sha256: kept.sha256, ref: null }))?.equals(bytes)).toBe(true);
    expect(await store.removeUnfinished(FAR)).toBe(0);
  });

  it('finds what was received and never kept, once it is old', async () => {
    await store.receive([LARGE.subarray(0, 2_000_000)]);
    expect(await store.removeUnfinished(LONG_AGO)).toBe(0);
    expect(await store.removeUnfinished(FAR)).toBe(1);
  });

  it('reads a document by its key, does not copy it, and reads nothing outside', async () => {
    await invoicingPuts('acme/a.xml', Buffer.from('abc'));
    const { sha256: blob } = await store.put(bytesOf('blob'));
    const at = (ref: string) => ({ sha256: sha256('abc'), ref });
    expect(await store.sizeOf(at('acme/a.xml'))).toBe(3);
    expect(String(await store.read(at('acme/a.xml')))).toBe('abc');
    expect(String(await whole(store.open(at('acme/a.xml'))))).toBe('abc');
    for (const ref of ['acme/b.xml', 'acme', 'acme/a.xml/b', '../outside.xml', `acme/../../${path.basename(folder)}/acme/a.xml`]) {
      if (ref.startsWith('acme/..') && store instanceof FolderDocumentStore) continue;
      expect(await store.sizeOf(at(ref))).toBeNull();
      expect(await store.read(at(ref))).toBeNull();
    }
    expect(await all(store.blobs())).toEqual([blob]);
  });

  it('sets a blob aside, where it is found, restores it, or removes it', async () => {
    const { sha256: hash } = await store.put(bytesOf('abc'));
    expect(await store.setAside(hash, LONG_AGO)).toBe(false);
    expect(await store.setAside(hash, FAR)).toBe(true);
    expect(await store.setAside(hash, FAR)).toBe(false);
    expect([await isThere(hash), await read(hash)]).toEqual([true, 'abc']);
    expect([await all(store.blobs()), await all(store.setAsideBefore(LONG_AGO)), await all(store.setAsideBefore(FAR))]).toEqual([
      [],
      [],
      [hash],
    ]);
    await store.restore(hash);
    expect([await all(store.blobs()), await all(store.setAsideBefore(FAR))]).toEqual([[hash], []]);
    await store.setAside(hash, FAR);
    await store.put(bytesOf('abc'));
    await store.removeSetAside(hash);
    expect(await read(hash)).toBe('abc');
  });

  it('removes what is there, and does not mind what is not', async () => {
    const { sha256: hash } = await store.put(bytesOf('abc'));
    await store.remove(hash);
    await store.remove(hash);
    await store.removeSetAside(hash);
    await store.restore(hash);
    expect(await isThere(hash)).toBe(false);
    await expect(read(hash)).rejects.toThrow();
  });

  it('carries one id', async () => {
    await store.check();
    expect(await store.id()).toBeNull();
    await store.giveId('first');
    await expect(store.giveId('second')).rejects.toThrow();
    expect(await store.id()).toBe('first');
    expect(await all(store.blobs())).toEqual([]);
  });
});

describe('FolderDocumentStore', () => {
  it('makes folders and files that only their owner may look into', async () => {
    const made = path.join(folder, 'made');
    const own = new FolderDocumentStore(made);
    await own.put(bytesOf('invoice'));
    await own.check();
    const places = [made, ...(await readdir(made, { recursive: true })).map((name) => path.join(made, name))];
    expect(places.length).toBeGreaterThan(3);
    for (const place of places) expect((await stat(place)).mode & 0o077).toBe(0);
  });

  it('opens nothing outside of its folder', () => {
    expect(() => new FolderDocumentStore(folder).open({ sha256: '', ref: '../outside.xml' })).toThrow('leads out');
  });
});

describe('S3DocumentStore', () => {
  /**
   * The default time limits are long enough for a server that answers, however slow the machine. For a server that never answers, the test
   * passes a short one.
   */
  const open = (bucket?: string, answerMs = 60_000) =>
    new S3DocumentStore(readS3Url(s3.url(`tests/${randomUUID()}`, bucket)), { connectMs: 60_000, answerMs, silenceMs: answerMs });

  it('writes no blob twice', async () => {
    const store = open();
    await store.put(bytesOf('abc'));
    s3.requests.length = 0;
    await store.put(bytesOf('abc'));
    expect(s3.requests.map((asked) => asked.split(' ')[0])).toEqual(['PUT']);
  });

  it('puts a blob over the same one where a server knows no conditions', async () => {
    const store = open();
    s3.fail({ status: 501, code: 'NotImplemented' }, 'PUT');
    await expect(store.put(bytesOf('abc'))).rejects.toThrow(DocumentStoreUnavailableError);
    s3.fail(null);
    const { sha256: hash } = await store.put(bytesOf('abc'));
    expect((await store.put(bytesOf('abc'))).sha256).toBe(hash);
    await store.giveId('first');
    await expect(store.giveId('second')).rejects.toThrow('has an id');
  });

  it.each<[string, S3Fault | null, string | undefined, RegExp]>([
    ['is away', 'away', undefined, /gives no answer/],
    ['refuses us', { status: 403, code: 'AccessDenied' }, undefined, /403 AccessDenied/],
    ['fails', { status: 500, code: 'InternalError' }, undefined, /500 InternalError/],
    ['has no such bucket', null, 'another-bucket', /404 NoSuchBucket/],
    ['hangs up in the middle', 'cut', undefined, /gives no answer/],
    ['never answers', 'silent', undefined, /gives no answer/],
  ])('says that it is our own trouble when the server %s, and never that a document is not there', async (__, fault, bucket, said) => {
    const store = open(bucket, fault === 'silent' ? 500 : undefined);
    const [blob, document] = [
      { sha256: sha256('abc'), ref: null },
      { sha256: sha256('abc'), ref: 'acme/a.xml' },
    ];
    if (bucket === undefined) await store.put(bytesOf('abc'));
    s3.fail(fault);
    const reading = [() => store.read(blob), () => whole(store.open(blob))];
    const others = [() => store.read(document), () => store.sizeOf(document), () => store.check(), () => store.put(bytesOf('more'))];
    // An answer of one byte or none can't be cut in the middle.
    for (const ask of fault === 'cut' ? reading : [...reading, ...others]) {
      const error = await ask().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DocumentStoreUnavailableError);
      expect((error as Error).message).toMatch(said);
    }
  });

  it.each<[string, Record<string, string>, S3Fault | null, string]>([
    ['does not know us', { AWS_ACCESS_KEY_ID: 'AKIASTRANGER' }, null, 'InvalidAccessKeyId'],
    [
      'repeats what it can not verify',
      { AWS_SESSION_TOKEN: 'sessiontoken' },
      { status: 403, code: 'SignatureDoesNotMatch' },
      'SignatureDoesNotMatch',
    ],
  ])('tells no secret where the server %s', async (__, credentials, fault, code) => {
    Object.assign(process.env, credentials);
    s3.fail(fault);
    const error = (await open()
      .put(bytesOf('abc'))
      .catch((reason: unknown) => reason)) as Error;
    delete process.env['AWS_SESSION_TOKEN'];
    Object.assign(process.env, s3.credentials);
    expect(error).toBeInstanceOf(DocumentStoreUnavailableError);
    expect(error.message).toContain(`403 ${code}`);
    expect(`${error.stack} ${JSON.stringify(error)} ${inspect(error)}`).not.toMatch(/AKIASTRANGER|sessiontoken|Signature=|S3RVER/);
  });
});

describe('DOCUMENT_STORE_URL', () => {
  it.each([
    ['s3://bucket', { bucket: 'bucket', prefix: '', endpoint: null, region: null }],
    ['s3://my.bucket/a/b/?region=eu-central-1', { bucket: 'my.bucket', prefix: 'a/b/', endpoint: null, region: 'eu-central-1' }],
    [
      's3://bucket/p?endpoint=https://s3.example:9000',
      { bucket: 'bucket', prefix: 'p/', endpoint: 'https://s3.example:9000', region: null },
    ],
  ])('reads %s', (url, place) => {
    expect(readS3Url(url)).toEqual(place);
    expect(openDocumentStore(url)).toBeInstanceOf(S3DocumentStore);
  });

  it.each([
    ['http://bucket', /must be "file:"/],
    ['/folder', /must be "file:"/],
    ['s3://key:secret@bucket', /credentials/],
    ['s3://BUCKET!', /bucket/],
    ['s3:///prefix', /bucket/],
    ['s3://bucket/.blobs', /prefix/],
    ['s3://bucket/p?enpoint=https://s3.example', /"endpoint" and "region"/],
    ['s3://bucket?endpoint=s3.example', /endpoint/],
    ['s3://bucket?endpoint=https://key:secret@s3.example', /endpoint/],
    ['s3://bucket?region=EU!', /region/],
  ])('refuses %s', (url, said) => {
    expect(() => openDocumentStore(url)).toThrow(said);
    expect(() => openDocumentStore(url)).not.toThrow(/secret/);
  });
});
