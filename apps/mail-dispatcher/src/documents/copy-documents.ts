// Copies the documents of a backup: the blobs that its rows name, as files named by their hash. Blobs never change, so they may be copied
// after the rows.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type ClientBase } from 'pg';
import { type DocumentStore } from './document-store.js';

/** One line for each blob that a delivery of the backup names, and whether it is a document or a message kept for its next try. */
const LIST = 'documents.jsonl';
const FOLDER = 'documents';
const LISTED = 1000;

type Named = { sha256: string; isDocument: boolean };
export type CopiedDocuments = {
  copied: number;
  /** Documents that a delivery names but the store lacks, or has with other bytes. */
  missing: string[];
};

/**
 * Lists the blobs that deliveries name in this transaction's snapshot. Documents named by `ref` belong to invoicing, which backs them up
 * itself.
 */
export async function listDocuments(client: ClientBase, folder: string): Promise<void> {
  await client.query(
    `DECLARE named CURSOR FOR
     SELECT DISTINCT sha256, true AS "isDocument" FROM dispatch.attachments WHERE ref IS NULL
     UNION ALL
     SELECT DISTINCT t.message_sha256, false FROM dispatch.deliveries d JOIN dispatch.attempts t ON t.delivery_id = d.id
     WHERE d.settled_at IS NULL AND t.message_sha256 IS NOT NULL`,
  );
  await appendFile(path.join(folder, LIST), '', { mode: 0o600 });
  for (;;) {
    const { rows } = await client.query<Named>(`FETCH ${LISTED} FROM named`);
    if (rows.length === 0) return;
    await appendFile(path.join(folder, LIST), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
}

/** Copies the listed blobs from the store. Message bytes may be missing if their delivery was settled meanwhile; nobody needs them. */
export async function keepDocuments(store: DocumentStore, folder: string): Promise<CopiedDocuments> {
  const result: CopiedDocuments = { copied: 0, missing: [] };
  for await (const line of createInterface({ input: createReadStream(path.join(folder, LIST)) })) {
    const { sha256, isDocument } = JSON.parse(line) as Named;
    if (await keepOne(store, path.join(folder, FOLDER, sha256.slice(0, 2), sha256), sha256)) result.copied += 1;
    else if (isDocument) result.missing.push(sha256);
  }
  return result;
}

async function keepOne(store: DocumentStore, file: string, sha256: string): Promise<boolean> {
  const place = { sha256, ref: null };
  if (existsSync(file)) return true;
  if ((await store.sizeOf(place)) === null) return false;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const unfinished = `${file}.unfinished`;
  const hashed = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(store.open(place), hashed, createWriteStream(unfinished, { mode: 0o600 }));
  const isWhole = hash.digest('hex') === sha256;
  await (isWhole ? rename(unfinished, file) : rm(unfinished));
  return isWhole;
}

/**
 * Puts the documents of a backup into the store. Safe to repeat. Returns how many there were.
 * @throws Error if a file has other bytes than its name says
 */
export async function bringDocuments(store: DocumentStore, folder: string): Promise<number> {
  await store.check();
  let brought = 0;
  const from = path.join(folder, FOLDER);
  for (const group of existsSync(from) ? await readdir(from) : [])
    for (const sha256 of await readdir(path.join(from, group))) {
      const kept = await store.put(createReadStream(path.join(from, group, sha256)));
      if (kept.sha256 !== sha256) throw new Error(`${sha256} of the backup has other bytes`);
      brought += 1;
    }
  return brought;
}
