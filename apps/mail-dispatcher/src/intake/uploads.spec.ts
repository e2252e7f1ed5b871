// Documents whose files are parts of an upload: they become the same delivery as in JSON, and nothing remains of a refused one.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import path from 'node:path';
import { eventually } from '@billing-mail/testkit';
import { type DispatchJobInput } from '@billing-mail/contracts';
import { type Logger } from '@billing-mail/platform';
import { simpleParser } from 'mailparser';
import { LOGGER } from '../dispatcher.tokens.js';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

type Files = Record<string, Buffer>;
type Answer = { status: number; body: { id: string; type: string; errors?: { pointer: string; message: string }[] } };

const MIB = 1024 * 1024;
const pdfOf = (bytes: number): Buffer => Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(bytes)]);
const byPart = (part: string, filename = `${part}.pdf`) => ({ filename, contentType: 'application/pdf', part });

describe('an upload', () => {
  let harness: Harness;
  let port: number;
  beforeAll(async () => {
    harness = await startHarness({ env: { MAX_ATTACHMENT_BYTES: String(4 * MIB) } });
    await harness.saveSettings(teamSettings('acme'));
    await harness.apps[0]?.listen(0, '127.0.0.1');
    port = (harness.apps[0]!.getHttpServer() as { address: () => AddressInfo }).address().port;
  });
  afterAll(() => harness.stop());

  const words = (changes: object = {}) => {
    const { key: _key, teamId: _teamId, version: _version, ...body } = invoice();
    return { ...body, ...changes };
  };
  const upload = async (key: string, delivery: unknown, files: Files, team = 'acme'): Promise<Answer> => {
    const call = harness.http().post(`/v1/teams/${team}/deliveries`).set('Idempotency-Key', key);
    call.set('Authorization', `Bearer ${harness.serviceToken}`).field('delivery', JSON.stringify(delivery));
    for (const [name, bytes] of Object.entries(files)) call.attach(name, bytes, 'any.name');
    const { status, text } = await call;
    return { status, body: JSON.parse(text) as Answer['body'] };
  };
  const post = async (key: string, body: object): Promise<Answer> =>
    harness
      .http()
      .post('/v1/teams/acme/deliveries')
      .set('Idempotency-Key', key)
      .set('Authorization', `Bearer ${harness.serviceToken}`)
      .send(body);
  const filesIn = async (): Promise<string[]> => {
    const entries = await readdir(path.join(harness.folder, 'documents'), { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  };
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

  it('is the same delivery as the same document as JSON, and brings its files byte by byte', async () => {
    const [large, small] = [pdfOf(3 * MIB), pdfOf(1000)];
    const inline = (content: Buffer, filename: string) => ({
      filename,
      contentType: 'application/pdf',
      content: content.toString('base64'),
    });
    const asJson = words({ attachments: [inline(large, 'a.pdf'), inline(small, 'b.pdf')] });
    // The files come in another order than the one in which they are named.
    const asUpload = words({ attachments: [byPart('file1', 'a.pdf'), byPart('file2', 'b.pdf')] });
    const first = await upload('up-1', asUpload, { file2: small, file1: large });
    expect(first.status).toBe(202);
    expect(await post('up-1', asJson)).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(await upload('up-1', asUpload, { file1: large, file2: small })).toMatchObject({ status: 200, body: { id: first.body.id } });
    const { attachments } = await simpleParser(harness.rawOf(await harness.until('acme', 'up-1')));
    expect(attachments.slice(0, 2).map(({ filename, content }) => [filename, sha256(content)])).toEqual([
      ['a.pdf', sha256(large)],
      ['b.pdf', sha256(small)],
    ]);
    const second = await post('up-2', asJson);
    expect(await upload('up-2', asUpload, { file1: large, file2: small })).toMatchObject({ status: 200, body: { id: second.body.id } });
  });

  it('is sent whatever it says of who asked for it, and the log says what was dropped', async () => {
    const warned = jest.spyOn(harness.apps[0]?.get<Logger>(LOGGER) as Logger, 'warn');
    const requestedBy = { userId: 'a\0b', locale: 'de_DE', phone: '0' };
    const { status, body } = await upload('up-nobody', words({ requestedBy, attachments: [byPart('file1')] }), { file1: pdfOf(1000) });
    expect([status, body]).toEqual([202, expect.objectContaining({ requestedBy: null })]);
    expect(warned.mock.calls).toContainEqual([
      expect.objectContaining({ verdict: 'dropped', fields: ['/requestedBy/userId', '/requestedBy/phone'] }),
      'dropped unreadable fields',
    ]);
    await harness.until('acme', 'up-nobody');
  });

  it('may name documents of the store beside its files', async () => {
    const stored = pdfOf(500);
    await mkdir(path.join(harness.folder, 'documents', 'acme'), { recursive: true });
    await writeFile(path.join(harness.folder, 'documents', 'acme', 'terms.pdf'), stored);
    const named = {
      filename: 'terms.pdf',
      contentType: 'application/pdf',
      ref: 'acme/terms.pdf',
      sha256: sha256(stored),
      size: stored.length,
    };
    const sent = await upload('up-ref', words({ attachments: [named, byPart('file1')] }), { file1: pdfOf(100) });
    expect(sent.status).toBe(202);
    const { attachments } = await simpleParser(harness.rawOf(await harness.until('acme', 'up-ref')));
    expect(attachments.slice(0, 2).map(({ filename }) => filename)).toEqual(['terms.pdf', 'file1.pdf']);
  });

  const one = words({ attachments: [byPart('file1')] });
  it.each<[name: string, sent: object, files: Files, status: number, pointer: string | undefined, ...team: string[]]>([
    ['with a file that nobody named', one, { file9: pdfOf(9) }, 422, '/attachments'],
    [
      'without a file that was named',
      words({ attachments: [byPart('file1'), byPart('file2')] }),
      { file1: pdfOf(9) },
      422,
      '/attachments/1/part',
    ],
    [
      'with a file that is no PDF',
      words({ attachments: [byPart('file1'), byPart('file2')] }),
      { file1: pdfOf(9), file2: Buffer.from('text') },
      422,
      '/attachments/1/part',
    ],
    ['with an empty file', one, { file1: Buffer.alloc(0) }, 422, '/attachments/0/part'],
    [
      'that names a part twice',
      words({ attachments: [byPart('file1'), byPart('file1')] }),
      { file1: pdfOf(9) },
      422,
      '/attachments/1/part',
    ],
    [
      'with the bytes in its words as well',
      words({ attachments: [{ ...byPart('file1'), content: 'AAAA' }] }),
      { file1: pdfOf(9) },
      422,
      '/attachments/0/content',
    ],
    [
      'with more attachments than are taken',
      words({ attachments: Array.from({ length: 21 }, (_, index) => byPart(`f${index}`)) }),
      {},
      422,
      '/attachments',
    ],
    [
      'that is larger than may be',
      words({ attachments: [byPart('file1'), byPart('file2')] }),
      { file1: pdfOf(3 * MIB), file2: pdfOf(2 * MIB) },
      413,
      '/attachments/1/part',
    ],
    [
      'with a document that is not in the store',
      words({
        attachments: [
          byPart('file1'),
          { filename: 'a.pdf', contentType: 'application/pdf', ref: 'acme/no.pdf', sha256: 'a'.repeat(64), size: 9 },
        ],
      }),
      { file1: pdfOf(9) },
      422,
      '/attachments/1/ref',
    ],
    [
      'with a document of another team',
      words({
        attachments: [
          byPart('file1'),
          { filename: 'a.pdf', contentType: 'application/pdf', ref: 'other/a.pdf', sha256: 'a'.repeat(64), size: 9 },
        ],
      }),
      { file1: pdfOf(9) },
      422,
      '/attachments/1/ref',
    ],
    ['without a subject', { ...one, subject: undefined }, { file1: pdfOf(9) }, 422, '/subject'],
    ['of a team without settings', one, { file1: pdfOf(9) }, 422, '/teamId', 'stranger'],
    ['of what can be no team', one, { file1: pdfOf(9) }, 404, undefined, 'no%20team'],
  ])('is refused %s, and leaves nothing', async (_name, delivery, files, status, pointer, ...[team]) => {
    const before = await filesIn();
    const { body, ...answer } = await upload('up-refused', delivery, files, team);
    expect([answer.status, body.errors?.[0]?.pointer]).toEqual([status, pointer]);
    expect(await filesIn()).toEqual(before);
    expect(await harness.delivery('acme', 'up-refused')).toBeNull();
  });

  it('is refused under the key of another document, and leaves nothing, as does JSON', async () => {
    expect((await upload('up-key', one, { file1: pdfOf(100) })).status).toBe(202);
    await harness.until('acme', 'up-key');
    const before = await filesIn();
    expect(await upload('up-key', one, { file1: pdfOf(100) })).toMatchObject({
      status: 409,
      body: { type: 'urn:billing-mail:problem:key-conflict' },
    });
    const large = { filename: 'a.pdf', contentType: 'application/pdf', content: pdfOf(2 * MIB).toString('base64') };
    expect((await post('up-key', words({ attachments: [large] }))).status).toBe(409);
    expect(await filesIn()).toEqual(before);
  });

  it('of JSON stores no file while another is refused', async () => {
    const before = await filesIn();
    const inline = (content: Buffer) => ({ filename: 'a.pdf', contentType: 'application/pdf', content: content.toString('base64') });
    const missing = { filename: 'b.pdf', contentType: 'application/pdf', ref: 'acme/none.pdf', sha256: 'a'.repeat(64), size: 9 };
    expect((await post('js-1', words({ attachments: [inline(pdfOf(100)), missing] }))).status).toBe(422);
    expect(
      (await post('js-2', words({ attachments: [inline(pdfOf(100)), inline(pdfOf(2 * MIB)), inline(Buffer.from('no'))] }))).status,
    ).toBe(422);
    expect(await filesIn()).toEqual(before);
  });

  /** Sends the beginning of an upload on a socket. */
  const begin = (delivery: object, sent: Buffer | string, job: Pick<DispatchJobInput, 'key'> = { key: 'up-half' }): Socket => {
    const head = ['POST /v1/teams/acme/deliveries HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${harness.serviceToken}`];
    head.push(`Idempotency-Key: ${job.key}`, 'Content-Type: multipart/form-data; boundary=b', `Content-Length: ${4 * MIB}`, '', '');
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(head.join('\r\n'));
    socket.write(`--b\r\nContent-Disposition: form-data; name="delivery"\r\n\r\n${JSON.stringify(delivery)}\r\n`);
    socket.write('--b\r\nContent-Disposition: form-data; name="file1"; filename="a"\r\n\r\n');
    socket.write(sent);
    return socket;
  };

  it('that breaks off leaves nothing', async () => {
    const before = await filesIn();
    const socket = begin(one, pdfOf(2 * MIB));
    await eventually(filesIn, (files) => files.length === before.length + 1);
    socket.destroy();
    await eventually(filesIn, (files) => files.length === before.length);
    expect(await harness.delivery('acme', 'up-half')).toBeNull();
  });

  it('is answered before its files come when its words are wrong', async () => {
    const before = await filesIn();
    const socket = begin({ ...one, to: [] }, '%PDF-1.7');
    const answer = await new Promise<string>((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 422 /);
    expect(answer).toContain('"/to"');
    expect(await filesIn()).toEqual(before);
  });
});
