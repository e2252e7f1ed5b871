// A dispatcher with its documents in S3, and how it recognises the store that belongs to its database.
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { createLogger } from '@billing-mail/platform';
import { eventually, expectServerErrors, startTestS3Server, type TestS3Server } from '@billing-mail/testkit';
import { simpleParser } from 'mailparser';
import { StoreIdentityStore } from '../records/store-identity.store.js';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { FolderDocumentStore } from './folder-document-store.js';
import { KnownDocumentStore } from './known-document-store.js';
import { S3Bucket } from './s3-bucket.js';
import { readS3Url } from './s3-document-store.js';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const pdfOf = (bytes: number): Buffer => Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(bytes, 'invoice ')]);
/** Larger than one part of an upload. */
const LARGE = pdfOf(9 * 1024 * 1024);

const workspace = path.join(__dirname, '..', '..', '..', '..');

let s3: TestS3Server;
let harness: Harness;
let url: string;
beforeAll(async () => {
  s3 = await startTestS3Server();
  Object.assign(process.env, s3.credentials);
  url = s3.url('billing');
  harness = await startHarness({ env: { DOCUMENT_STORE_URL: url } });
  await harness.saveSettings(teamSettings('acme'));
});
afterAll(async () => {
  await harness.stop();
  await s3.stop();
});
afterEach(() => {
  s3.fail(null);
  harness.platform.script = {};
});

const post = (key: string, app = harness.apps[0]) => {
  const { key: _key, teamId: _teamId, version: _version, ...body } = invoice();
  const call = harness.http(app).post('/v1/teams/acme/deliveries').set('Idempotency-Key', key);
  return call.set('Authorization', `Bearer ${harness.serviceToken}`).send(body);
};
const isReady = async (app = harness.apps[0]) => (await harness.http(app).get('/health/ready')).status === 200;

describe('documents in S3', () => {
  it('go out as they are: what came with a job, what is named by its key, and what came as an upload', async () => {
    const stored = pdfOf(2_000_000);
    await new S3Bucket(readS3Url(url)).putOnce('acme/2026/0042.pdf', stored);
    const common = { filename: 'stored.pdf', contentType: 'application/pdf' };
    const named = { ...common, ref: 'acme/2026/0042.pdf', sha256: sha256(stored), size: stored.length };
    const job = invoice({ attachments: [...(invoice().attachments ?? []), named] });
    await harness.publish(job);
    const { attachments } = await simpleParser(harness.rawOf(await harness.until('acme', job.key)));
    expect(attachments.slice(0, 2).map(({ content }) => sha256(content))).toEqual([
      sha256(Buffer.from('%PDF-1.7 invoice')),
      sha256(stored),
    ]);

    const { key: _key, teamId: _teamId, version: _version, ...words } = invoice({ attachments: [{ ...common, part: 'file1' } as never] });
    const call = harness.http().post('/v1/teams/acme/deliveries').set('Idempotency-Key', 'upload');
    call.set('Authorization', `Bearer ${harness.serviceToken}`).field('delivery', JSON.stringify(words)).attach('file1', LARGE, 'any.name');
    expect((await call).status).toBe(202);
    const uploaded = await simpleParser(harness.rawOf(await harness.until('acme', 'upload')));
    expect(sha256(uploaded.attachments[0]?.content ?? Buffer.alloc(0))).toBe(sha256(LARGE));
    // Stored once, without copies, and nothing remains of the upload.
    const store = harness.apps[0]?.get(KnownDocumentStore);
    const blobs: string[] = [];
    for await (const page of store?.blobs() ?? []) blobs.push(...page);
    expect(blobs.sort()).toEqual([sha256(LARGE), sha256(Buffer.from('%PDF-1.7 invoice'))].sort());
    expect(await store?.removeUnfinished(new Date(Date.now() + 3_600_000))).toBe(0);
  });

  it('wait while the store refuses us, lose no try, and then repeat the same bytes', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    harness.platform.forget();
    harness.platform.script = { final: { inTurn: [{ wait: held, then: '451 4.3.0 try again later' }, '250 ok'] } };
    const job = invoice();
    await harness.publish(job);
    await eventually(
      () => harness.platform.transactions.length,
      (count) => count === 1,
    );
    s3.requests.length = 0;
    s3.fail({ status: 403, code: 'AccessDenied' }, 'GET');
    release();
    const isAsked = (method: string) => s3.requests.some((asked) => asked.startsWith(`${method} /documents/billing/.blobs/`));
    await eventually(() => isAsked('PUT') && isAsked('GET'), Boolean);
    expect(await harness.delivery('acme', job.key)).toMatchObject({ settledAt: null, attempts: [{ number: 1, code: 451 }] });
    expect(await isReady()).toBe(false);
    s3.fail(null);
    expect(await harness.until('acme', job.key)).toMatchObject({ status: 'sent', attempts: [{ number: 1 }, { number: 2, code: 250 }] });
    expect(new Set(harness.platform.transactions.map((transaction) => transaction.sha256)).size).toBe(1);
    expect(await isReady()).toBe(true);
  });

  it('are taken once the store is there again: a job waits, whoever asks is told to ask again', async () => {
    s3.fail('away');
    const job = invoice();
    await harness.publish(job);
    const refused = await post('while-away');
    expectServerErrors(503);
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBeDefined();
    expect(JSON.parse(refused.text)).toMatchObject({ type: 'urn:billing-mail:problem:document-store-away' });
    expect(refused.text).not.toMatch(/bucket|127\.0\.0\.1/);
    s3.fail(null);
    expect((await post('while-away')).status).toBe(202);
    for (const key of [job.key, 'while-away'])
      expect(await harness.until('acme', key)).toMatchObject({ status: 'sent', attempts: [{ number: 1 }] });
  });
});

describe('the doctor', () => {
  const saidOf = async (changes: Record<string, string>) => {
    const env = { ...process.env, DATABASE_URL: harness.database.url, DOCUMENT_STORE_URL: url, ...changes };
    const { stdout } = await promisify(execFile)(process.execPath, [path.join('tools', 'doctor.mjs')], { env, cwd: workspace });
    return stdout.split('\n').find((line) => /^\S documents /.test(line));
  };

  it.each<[string, Record<string, string>, RegExp]>([
    ['is the right one', {}, /^✓ documents .*s3:\/\/documents\/billing\//],
    ['is another', { DOCUMENT_STORE_URL: 'file:/nowhere' }, /^✗ .*not the store that the database knows: s3:\/\/documents\/billing\//],
  ])('says whether the store %s', async (_, changes, said) => {
    expect(await saidOf(changes)).toMatch(said);
  });
});

describe('a dispatcher with another store than its database knows', () => {
  it('is not ready, says which is known, takes nothing, and goes on once its store is the right one', async () => {
    const folder = path.join(harness.folder, 'another');
    const other = await harness.startDispatcher({ DOCUMENT_STORE_URL: `file:${folder}` });
    expect([await isReady(), await isReady(other)]).toEqual([true, false]);
    await expect(other.get(KnownDocumentStore).check()).rejects.toThrow(
      new RegExp(
        `is the folder ${folder} on .*, but this database knows s3://documents/billing/ at http://127.*Set DOCUMENT_STORE_URL to that one`,
      ),
    );
    expect((await post('to-the-wrong-one', other)).status).toBe(503);
    expectServerErrors(503);
    const jobs = Array.from({ length: 8 }, () => invoice());
    for (const job of jobs) await harness.publish(job);
    for (const job of jobs) expect(await harness.until('acme', job.key)).toMatchObject({ status: 'sent' });
    const files = async () => (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(await files()).toEqual([]);

    // Does what the person who moves the documents has to do.
    const id = await harness.apps[0]?.get(KnownDocumentStore).id();
    await mkdir(path.join(folder, '.blobs'), { recursive: true });
    await writeFile(path.join(folder, '.blobs', 'store-id'), `${id}\n`);
    await eventually(() => isReady(other), Boolean);
    expect((await post('to-the-right-one', other)).status).toBe(202);
    expect(await harness.until('acme', 'to-the-right-one')).toMatchObject({ status: 'sent' });
  });
});

describe('the store of a database', () => {
  const identities = () => new StoreIdentityStore(harness.sql);
  const opened = (name: string, theirs = identities()) => {
    const store = new FolderDocumentStore(path.join(harness.folder, name));
    return { store, known: new KnownDocumentStore(store, theirs, createLogger('test', 'silent')) };
  };
  const settled = async (checks: Promise<void>[]) => (await Promise.allSettled(checks)).map(({ status }) => status).sort();
  beforeEach(() => harness.sql.affected('UPDATE dispatch.document_store SET id = gen_random_uuid(), place = NULL'));

  it('is the one that was there first, also when several start at once', async () => {
    const [first, second] = [opened('first'), opened('second')];
    expect(await settled([first.known.check(), second.known.check()])).toEqual(['fulfilled', 'rejected']);
    const { id, place } = await identities().known();
    const right = place === first.known.place ? first : second;
    expect(await right.store.id()).toBe(id);
    expect(await settled([opened('first').known.check(), opened('second').known.check()])).toEqual(['fulfilled', 'rejected']);
    expect(await settled([opened('third').known.check(), opened('third').known.check()])).toEqual(['rejected', 'rejected']);
  });

  it('is never one of another database, whose documents would be removed as nobody names them', async () => {
    const { known, store } = opened('of-another');
    await mkdir(path.join(harness.folder, 'of-another', '.blobs'), { recursive: true });
    await store.giveId(randomUUID());
    await expect(known.check()).rejects.toThrow(/belongs to another database/);
    await expect(known.put([Buffer.from('abc')])).rejects.toThrow(/not known yet/);
    expect(() => known.blobs()).toThrow(/not known yet/);
  });

  it('is asked nothing any more once it is another one, as where a volume is gone', async () => {
    const { known } = opened('here');
    await known.check();
    const { sha256: hash } = await known.put([Buffer.from('abc')]);
    await known.check();
    await rm(path.join(harness.folder, 'here'), { recursive: true });
    await expect(known.check()).rejects.toThrow(/but this database knows the folder .*here/);
    await expect(known.read({ sha256: hash, ref: null })).rejects.toThrow(/not known yet/);
  });
});
