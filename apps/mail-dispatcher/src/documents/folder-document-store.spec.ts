import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FolderDocumentStore } from './folder-document-store.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
async function* bytesOf(...parts: string[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

describe('FolderDocumentStore', () => {
  let folder: string;
  let store: FolderDocumentStore;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'documents-'));
    store = new FolderDocumentStore(folder);
    await mkdir(path.join(folder, 'acme'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const read = async (hash: string) => {
    const parts: Uint8Array[] = [];
    for await (const part of store.open({ sha256: hash, ref: null })) parts.push(part);
    return Buffer.concat(parts).toString();
  };

  it('keeps the same bytes once, under their hash', async () => {
    const blob = await store.put(bytesOf('in', 'voice'));
    expect(blob).toEqual({ sha256: sha256('invoice'), size: 7 });
    expect(await store.put(bytesOf('invoice'))).toEqual(blob);
    expect(await read(blob.sha256)).toBe('invoice');
    expect(await readdir(path.join(folder, '.blobs', 'incoming'))).toEqual([]);
  });

  it('makes folders and files that only their owner may look into', async () => {
    const made = path.join(folder, 'made');
    const own = new FolderDocumentStore(made);
    await own.put(bytesOf('invoice'));
    await own.check();
    const all = [made, ...(await readdir(made, { recursive: true })).map((name) => path.join(made, name))];
    expect(all.length).toBeGreaterThan(3);
    for (const place of all) expect((await stat(place)).mode & 0o077).toBe(0);
  });

  it('leaves nothing behind of bytes that end in an error', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      throw new Error('lost');
    }
    await expect(store.put(broken())).rejects.toThrow('lost');
    expect(await readdir(path.join(folder, '.blobs', 'incoming'))).toEqual([]);
  });

  it('reads a document by its key, and nothing outside of its folder', async () => {
    await writeFile(path.join(folder, 'acme', 'a.xml'), 'abc');
    await writeFile(path.join(folder, '..', 'outside.xml'), 'abc');
    const at = (ref: string) => ({ sha256: sha256('abc'), ref });
    expect(await store.sizeOf(at('acme/a.xml'))).toBe(3);
    expect(String(await store.read(at('acme/a.xml')))).toBe('abc');
    for (const ref of ['acme/b.xml', 'acme', 'acme/a.xml/b', '../outside.xml']) {
      expect(await store.sizeOf(at(ref))).toBeNull();
      expect(await store.read(at(ref))).toBeNull();
    }
    expect(() => store.open(at('../outside.xml'))).toThrow('leads out');
    await rm(path.join(folder, '..', 'outside.xml'));
  });

  it('removes what is there, and does not mind what is not', async () => {
    const { sha256: hash } = await store.put(bytesOf('abc'));
    await store.remove(hash);
    await store.remove(hash);
    await expect(read(hash)).rejects.toThrow('ENOENT');
  });
});
