// Which documents are taken in, from the queue and over HTTP, and which are set aside with the reasons.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '@billing-mail/testkit';
import { type DispatchJobInput, type FieldError } from '@billing-mail/contracts';
import { simpleParser } from 'mailparser';
import { type Logger } from '@billing-mail/platform';
import { LOGGER } from '../dispatcher.tokens.js';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

type Changed = Record<string, unknown>;

describe('intake', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.stop());
  beforeEach(async () => {
    await harness.reset();
    await harness.sql.affected('DELETE FROM dispatch.rejected_jobs');
    await harness.saveSettings(teamSettings('acme'));
  });

  const post = async (job: DispatchJobInput, changes: { key?: string | null; team?: string; claims?: object } = {}) => {
    const { key, teamId: _teamId, version: _version, ...body } = job;
    const call = harness.http().post(`/v1/teams/${changes.team ?? 'acme'}/deliveries`);
    if (changes.key !== null) call.set('Idempotency-Key', changes.key ?? key);
    return call.set('Authorization', `Bearer ${changes.claims ? await harness.token(changes.claims) : harness.serviceToken}`).send(body);
  };
  const rejected = () =>
    harness.sql.rows<{ team_id: string | null; key: string | null; reason: string; errors: FieldError[]; payload: Buffer }>(
      'SELECT * FROM dispatch.rejected_jobs',
    );
  const untilRejected = async (count = 1) => eventually(rejected, (rows) => rows.length >= count);
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

  const isStored = (bytes: Buffer) =>
    existsSync(path.join(harness.folder, 'documents', '.blobs', sha256(bytes).slice(0, 2), sha256(bytes)));

  // Must be the first test, because each kind of refusal is logged only once a minute.
  it("counts the address that a user names for alerts, which is not used, and not a service's", async () => {
    const foreign = async () => {
      const { text } = await harness.http().get('/metrics').expect(200);
      return Number(/^billing_mail_refused_requests_total\{kind="foreign_recipient"\} (.*)$/m.exec(text)?.[1]);
    };
    const before = await foreign();
    const requestedBy = { userId: 'tester', email: 'stranger@elsewhere.example' };
    expect((await post(invoice({ key: 'by-service', requestedBy }))).status).toBe(202);
    expect(await foreign()).toBe(before);
    const logged = jest.spyOn(harness.apps[0]?.get<Logger>(LOGGER) as Logger, 'warn');
    const claims = { teams: { acme: 'admin' } };
    for (const key of ['by-user', 'by-user-2']) expect((await post(invoice({ key, requestedBy }), { claims })).status).toBe(202);
    expect(await keptOf('by-user')).toEqual({ userId: 'tester' });
    expect(await foreign()).toBe(before + 2);
    const lines = logged.mock.calls.filter(([fields]) => (fields as { kind?: string }).kind === 'foreign_recipient');
    expect(lines).toEqual([
      [{ requestId: expect.any(String), teamId: 'acme', step: 'request', verdict: 'refused', kind: 'foreign_recipient' }, 'refused'],
    ]);
  });

  it('makes one delivery and one e-mail of a key that comes ten times at once, by queue and HTTP mixed', async () => {
    const job = invoice();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? harness.publish(job).then(() => null) : post(job))),
    );
    const ids = new Set(answers.flatMap((answer) => (answer ? [(answer.body as { id: string }).id] : [])));
    await harness.until('acme', job.key);
    await eventually(
      () => harness.queue.getJobCounts(),
      (counts) => counts.waiting + counts.active === 0,
    );
    expect(answers.flatMap((answer) => (answer ? [answer.status] : [])).every((status) => status === 202 || status === 200)).toBe(true);
    expect(ids.size).toBe(1);
    const ofThis = harness.platform.messages.filter(({ raw }) => raw?.includes([...ids][0] ?? ''));
    expect(ofThis).toHaveLength(1);
    expect(await rejected()).toEqual([]);
  });

  it('refuses another content under the same key, tells so, and leaves the first untouched', async () => {
    const job = invoice();
    expect((await post(job)).status).toBe(202);
    const repeated = await post({ ...job, requestedBy: { userId: 'another clerk' } });
    expect(repeated.status).toBe(200);
    const conflict = await post({ ...job, subject: 'Another' });
    expect([conflict.status, JSON.parse(conflict.text).type]).toEqual([409, 'urn:billing-mail:problem:key-conflict']);
    await harness.publish({ ...job, text: 'Another text' });
    const [kept] = await untilRejected();
    expect(kept).toMatchObject({ team_id: 'acme', key: job.key, reason: 'key_conflict' });
    expect(await harness.outcomeOf(job.key)).toBeDefined();
    const told = await eventually(
      () => harness.outcomes.find((event) => event.type === 'job_rejected'),
      (event) => event !== undefined,
    );
    expect(told).toMatchObject({ requestedBy: { userId: 'u17' }, rejection: { reason: 'key_conflict', key: job.key } });
    const first = await harness.until('acme', job.key);
    expect(first).toMatchObject({ subject: job.subject, status: 'sent' });
    expect(harness.platform.messages.filter(({ raw }) => raw?.includes(first.id))).toHaveLength(1);
  });

  it('stores no large document from the queue under a key that was used before', async () => {
    const large = (words: string) => Buffer.alloc(400_000, `%PDF-1.7 ${words} `);
    const [first, other] = [large('first'), large('other')];
    const job = invoice();
    const withFile = (bytes: Buffer) => ({
      ...job,
      attachments: [{ filename: 'a.pdf', contentType: 'application/pdf', content: bytes.toString('base64') }],
    });
    await harness.publish(withFile(first));
    expect((await harness.until('acme', job.key)).status).toBe('sent');
    await harness.publish(withFile(first));
    await harness.publish(withFile(other));
    const kept = await untilRejected();
    expect(kept).toMatchObject([{ key: job.key, reason: 'key_conflict' }]);
    expect([isStored(first), isStored(other)]).toEqual([true, false]);
  });

  it('refuses an occurrence of a series that came under another key, tells so, and leaves the first untouched', async () => {
    const recurring = (occurrence: string) =>
      invoice({ document: { id: 'inv-1', type: 'invoice', recurrence: { seriesId: 'sub-9', occurrence } } });
    const first = recurring('2026-11');
    expect((await post(first)).status).toBe(202);
    expect((await post(first)).status).toBe(200);
    const conflict = await post(recurring('2026-11'));
    expect([conflict.status, JSON.parse(conflict.text).type]).toEqual([409, 'urn:billing-mail:problem:recurrence-conflict']);
    expect(JSON.parse(conflict.text).errors).toEqual([
      { pointer: '/document/recurrence', message: expect.stringContaining(`under the key "${first.key}"`) },
    ]);
    expect((await post(recurring('2026-12'))).status).toBe(202);
    const second = recurring('2026-11');
    await harness.publish(second);
    expect(await untilRejected()).toMatchObject([{ team_id: 'acme', key: second.key, reason: 'recurrence_conflict' }]);
    expect(await harness.outcomeOf(second.key)).toMatchObject({ rejection: { reason: 'recurrence_conflict' } });
    // On request it is sent again, under its own key.
    const { id } = await harness.until('acme', first.key);
    const again = await harness
      .http()
      .post(`/v1/teams/acme/deliveries/${id}/resend`)
      .set('Authorization', `Bearer ${harness.serviceToken}`)
      .send({});
    expect([again.status, again.body.resendOf]).toEqual([202, id]);
  });

  it('starts while Redis is away, takes documents over HTTP, and sends them when it is there', async () => {
    await harness.redis.halt();
    const job = invoice();
    const late = await harness.startDispatcher();
    const { key, teamId: _team, version: _version, ...body } = job;
    const call = harness.http(late).post('/v1/teams/acme/deliveries').set('Idempotency-Key', key);
    expect((await call.set('Authorization', `Bearer ${harness.serviceToken}`).send(body)).status).toBe(202);
    expect((await harness.http(late).get('/health/ready')).status).toBe(200);
    await harness.redis.start();
    expect(await harness.until('acme', key)).toMatchObject({ status: 'sent' });
    await late.close();
  });

  it('answers a repeated key of HTTP with the same delivery, and needs the key', async () => {
    const job = invoice();
    const first = await post(job);
    const again = await post(job);
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
    expect((await post(job, { key: null })).status).toBe(422);
    expect((await post(job, { key: 'with space' })).status).toBe(422);
  });

  it.each([
    ['20 KB', 20 * 1024],
    ['1 MB', 1024 * 1024],
    ['20 MB', 20 * 1024 * 1024],
  ])('brings a document of %s byte by byte', async (_name, size) => {
    const pdf = Buffer.alloc(size, 0).map((_, index) => (index * 31 + (index >> 8)) & 0xff);
    pdf.set(Buffer.from('%PDF-1.7\n'));
    const job = invoice({
      attachments: [{ filename: 'invoice.pdf', contentType: 'application/pdf', content: Buffer.from(pdf).toString('base64') }],
    });
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect(delivery.status).toBe('sent');
    const parsed = await simpleParser(harness.rawOf(delivery));
    expect(sha256(parsed.attachments[0]?.content ?? Buffer.alloc(0))).toBe(sha256(Buffer.from(pdf)));
  });

  it('takes PDF and XML together, one of them from the document store, with their names and types', async () => {
    const xml = Buffer.from('<?xml version="1.0"?><Invoice>ä</Invoice>');
    await mkdir(path.join(harness.folder, 'documents', 'acme', '2026'), { recursive: true });
    await writeFile(path.join(harness.folder, 'documents', 'acme', '2026', '0042.xml'), xml);
    const stored = {
      filename: 'invoice.xml',
      contentType: 'application/xml',
      ref: 'acme/2026/0042.xml',
      sha256: sha256(xml),
      size: xml.length,
    };
    const job = invoice({ attachments: [...(invoice().attachments ?? []), stored] });
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect(delivery.status).toBe('sent');
    const { attachments } = await simpleParser(harness.rawOf(delivery));
    expect(attachments.slice(0, 2).map(({ filename, contentType }) => [filename, contentType])).toEqual([
      ['2026-0042.pdf', 'application/pdf'],
      ['invoice.xml', 'application/xml'],
    ]);
    expect(attachments[1]?.content.equals(xml)).toBe(true);
  });

  it.each([
    ['another size', { size: 4 }],
    ['another hash', { sha256: 'a'.repeat(64) }],
    ['no such document', { ref: 'acme/none.xml' }],
    ["another team's document", { ref: 'globex/secret.xml' }],
    ['a way out of the store', { ref: 'acme/../../etc/passwd' }],
  ])('never sends a document of the store with %s', async (_name, changes) => {
    await mkdir(path.join(harness.folder, 'documents', 'acme'), { recursive: true });
    await mkdir(path.join(harness.folder, 'documents', 'globex'), { recursive: true });
    for (const file of ['acme/x.xml', 'globex/secret.xml']) await writeFile(path.join(harness.folder, 'documents', file), 'abc');
    const stored = {
      filename: 'x.xml',
      contentType: 'application/xml',
      ref: 'acme/x.xml',
      sha256: sha256(Buffer.from('abc')),
      size: 3,
      ...changes,
    };
    const answer = await post(invoice({ attachments: [stored] }));
    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.text).errors[0].pointer).toBe('/attachments/0/ref');
    expect(await harness.sql.rows('SELECT 1 FROM dispatch.attachments WHERE filename = $1', ['x.xml'])).toEqual([]);
  });

  const checked: [string, { filename: string; contentType: string }, Buffer, RegExp][] = [
    ['HTML as PDF', { filename: 'a.pdf', contentType: 'application/pdf' }, Buffer.from('<html>Sign in</html>'), /is HTML/],
    ['a large file that is no PDF', { filename: 'a.pdf', contentType: 'application/pdf' }, Buffer.alloc(2_000_000, 'x'), /is no PDF/],
    ['a PDF as XML', { filename: 'a.xml', contentType: 'text/xml' }, Buffer.from('%PDF-1.7'), /is a PDF, not XML/],
    ['XML that ends too soon', { filename: 'a.xml', contentType: 'application/xml' }, Buffer.from('<a><b>'), /is no XML/],
    [
      'large XML that ends too soon',
      { filename: 'a.xml', contentType: 'text/xml' },
      Buffer.from(`<a>${'<b>1</b>'.repeat(200_000)}`),
      /is no XML/,
    ],
    [
      'another invoice as factur-x.xml',
      { filename: 'factur-x.xml', contentType: 'text/xml' },
      Buffer.from('<Invoice/>'),
      /is no factur-x.xml/,
    ],
  ];
  it.each(checked)(
    'refuses %s, whether it comes with the job or lies in the store, and stores nothing of it',
    async (_name, names, bytes, message) => {
      const folder = path.join(harness.folder, 'documents', 'acme');
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, 'checked'), bytes);
      const inline = { ...names, content: bytes.toString('base64') };
      const stored = { ...names, ref: 'acme/checked', sha256: sha256(bytes), size: bytes.length };
      const answer = await post(invoice({ attachments: [inline, stored] }));
      expect(answer.status).toBe(422);
      expect(JSON.parse(answer.text).errors).toEqual([
        { pointer: '/attachments/0/content', message: expect.stringMatching(message) },
        { pointer: '/attachments/1/ref', message: expect.stringMatching(message) },
      ]);
      expect(isStored(bytes)).toBe(false);
    },
  );

  it('brings names, subjects and company names as they were written', async () => {
    const nasty = `Müller & "Söhne" <b>\\ 😀 ${'ü'.repeat(270)}`;
    await harness.saveSettings(teamSettings('acme', { companyName: nasty, version: 2 }));
    const job = invoice({ subject: nasty, to: [{ address: 'a@customer.example', name: nasty }], text: `${nasty}\r\n.\r\nFrom here\n` });
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect(delivery.status).toBe('sent');
    const parsed = await simpleParser(harness.rawOf(delivery));
    expect(parsed.subject).toBe(nasty);
    expect(parsed.from?.value[0]?.name).toBe(nasty);
    expect((Array.isArray(parsed.to) ? parsed.to[0] : parsed.to)?.value[0]?.name).toBe(nasty);
    expect(parsed.text?.replaceAll('\r\n', '\n')).toContain(`${nasty}\n.\nFrom here`);
  });

  it('sends a document although nobody can be told by what is said of who asked for it', async () => {
    const job = invoice({ requestedBy: { userId: 'u17', email: 'no address', locale: 'eo' } });
    await harness.publish(job);
    expect((await harness.until('acme', job.key)).status).toBe('sent');
    expect((await post(invoice({ requestedBy: { userId: 'u17', email: 'no address', locale: 'de_DE' } }))).status).toBe(202);
    expect(await rejected()).toEqual([]);
    expect(await harness.sql.rows('SELECT DISTINCT requested_by FROM dispatch.deliveries WHERE key = $1', [job.key])).toEqual([
      { requested_by: { userId: 'u17' } },
    ]);
  });

  // [what can't be read, requestedBy, what is kept of it, what is said to be dropped]
  const unreadable: [string, unknown, object, string[]][] = [
    ['none at all', undefined, {}, ['/requestedBy']],
    ['of another type', 'u17', {}, ['/requestedBy']],
    ['without a user', { locale: 'de' }, { locale: 'de' }, ['/requestedBy/userId']],
    ['with NUL', { userId: 'a\0b', email: 'clerk@acme.example' }, { email: 'clerk@acme.example' }, ['/requestedBy/userId']],
    ['too long', { userId: 'x'.repeat(201) }, {}, ['/requestedBy/userId']],
    ['with an unknown field', { userId: 'u17', phone: '0' }, { userId: 'u17' }, ['/requestedBy/phone']],
  ];
  const logged = () => jest.spyOn(harness.apps[0]?.get<Logger>(LOGGER) as Logger, 'warn');
  const keptOf = async (key: string) =>
    (await harness.sql.rows<{ by: unknown }>('SELECT requested_by AS by FROM dispatch.deliveries WHERE key = $1', [key]))[0]?.by;

  it.each(unreadable)('sends a document whose requester is %s, and says in the log what it dropped', async (name, by, kept, fields) => {
    const warned = logged();
    const key = `queue ${name}`.replaceAll(' ', '-');
    await harness.queue.add('send', { ...invoice({ key }), requestedBy: by });
    expect((await harness.until('acme', key)).status).toBe('sent');
    const over = await post({ ...invoice({ key: `http-${key}` }), requestedBy: by as never });
    expect([over.status, await keptOf(key), await keptOf(`http-${key}`)]).toEqual([202, kept, kept]);
    expect(over.body.requestedBy).toBe((kept as { userId?: string }).userId ?? null);
    const lines = warned.mock.calls.filter(([, says]) => says === 'dropped unreadable fields').map(([about]) => about);
    expect(lines).toEqual([
      { jobId: expect.any(String), step: 'intake', verdict: 'dropped', fields },
      { requestId: expect.any(String), teamId: 'acme', step: 'intake', verdict: 'dropped', fields },
    ]);
    expect(await rejected()).toEqual([]);
  });

  it('tells the team of a document that failed and whose requester can not be read', async () => {
    harness.platform.script = { rcpt: () => '550 5.1.1 no such user' };
    const job = invoice();
    await harness.queue.add('send', { ...job, requestedBy: { userId: 17, email: 'clerk@acme.example' } });
    const delivery = await harness.until('acme', job.key);
    expect([delivery.status, delivery.requestedBy]).toEqual(['failed', null]);
    expect(await harness.outcomeOf(job.key)).toMatchObject({ type: 'delivery_settled', requestedBy: null, teamId: 'acme' });
    const again = await harness
      .http()
      .post(`/v1/teams/acme/deliveries/${delivery.id}/resend`)
      .set('Authorization', `Bearer ${harness.serviceToken}`)
      .send({});
    expect([again.status, again.body.requestedBy, again.body.resend.by]).toEqual([202, null, null]);
  });

  it('takes a user whom its document does not name by its token, and refuses one that names another', async () => {
    const as = async (key: string, by: unknown) =>
      post({ ...invoice({ key }), requestedBy: by as never }, { claims: { teams: { acme: 'admin' } } });
    for (const [key, by] of Object.entries({
      none: undefined,
      nul: { userId: 'tester\0' },
      other: { userId: ['u17'], email: 'a@b.example' },
    })) {
      expect((await as(key, by)).status).toBe(202);
      expect(await keptOf(key)).toEqual({ userId: 'tester' });
    }
    const refused = await as('of-another', { userId: 'u17', phone: '0' });
    expect([refused.status, refused.body.errors[0].pointer, await keptOf('of-another')]).toEqual([422, '/requestedBy/userId', undefined]);
  });

  it('tells who asked for it of a job whose team can not be read', async () => {
    await harness.queue.add('send', { ...invoice(), teamId: '../x', key: 'no-team' });
    expect(await harness.outcomeOf('no-team')).toMatchObject({
      teamId: '',
      requestedBy: { userId: 'u17', email: 'clerk@acme.example', locale: 'en' },
      rejection: { reason: 'invalid', errors: [{ pointer: '/teamId' }] },
    });
    expect(await untilRejected()).toMatchObject([{ team_id: null, key: 'no-team' }]);
  });

  it('shows a picture by its content id', async () => {
    const logo = { filename: 'logo.png', contentType: 'image/png', content: 'iVBORw==', contentId: 'logo' };
    const job = invoice({ html: '<img src="cid:logo">', attachments: [...(invoice().attachments ?? []), logo] });
    await harness.publish(job);
    const { attachments } = await simpleParser(harness.rawOf(await harness.until('acme', job.key)), { skipImageLinks: true });
    expect(attachments.filter(({ related }) => related).map(({ filename, cid }) => [filename, cid])).toEqual([['logo.png', 'logo']]);
    expect(attachments.find(({ related }) => !related)?.filename).toBe('2026-0042.pdf');
  });

  it('leaves no document in Redis once it is taken in', async () => {
    const job = invoice();
    await harness.publish(job);
    await harness.until('acme', job.key);
    await eventually(
      () => harness.queue.getJobCounts(),
      (counts) => Object.values(counts).every((count) => count === 0),
    );
    expect(await harness.queue.client.keys('*dispatch:[0-9]*')).toEqual([]);
  });

  const long = (length: number) => 'x'.repeat(length);
  const pdf = { filename: 'a.pdf', contentType: 'application/pdf', content: 'JVBERg==' };
  // [what is wrong, how the job is changed, pointer, part of the message]
  const badInput: [string, Changed, string, RegExp][] = [
    ['version missing', { version: undefined }, '/version', /must be 1/],
    ['version of the future', { version: 2 }, '/version', /must be 1/],
    ['key missing', { key: undefined }, '/key', /must be/],
    ['key with a line break', { key: 'a\r\nb' }, '/key', /visible ASCII/],
    ['key too long', { key: long(201) }, '/key', /200/],
    ['team of another form', { teamId: '../x' }, '/teamId', /letters, digits/],
    ['team missing', { teamId: undefined }, '/teamId', /must be/],
    ['document missing', { document: undefined }, '/document', /./],
    ['document id missing', { document: { type: 'invoice' } }, '/document/id', /must be text/],
    ['document id empty', { document: { id: ' ', type: 'invoice' } }, '/document/id', /must not be empty/],
    ['document type', { document: { id: '1', type: 'bill' } }, '/document/type', /invoice, credit_note/],
    ['number too long', { document: { id: '1', type: 'invoice', number: long(201) } }, '/document/number', /200/],
    ['number that turns its letters', { document: { id: '1', type: 'invoice', number: '24\u202e00' } }, '/document/number', /U\+202E/],
    [
      'series missing',
      { document: { id: '1', type: 'invoice', recurrence: { occurrence: '1' } } },
      '/document/recurrence/seriesId',
      /must be text/,
    ],
    [
      'occurrence of another type',
      { document: { id: '1', type: 'invoice', recurrence: { seriesId: 's', occurrence: 11 } } },
      '/document/recurrence/occurrence',
      /must be text/,
    ],
    ['nobody to send to', { to: [] }, '/to', /at least one/],
    ['to missing', { to: undefined }, '/to', /must be a list/],
    ['to is no list', { to: 'a@b.example' }, '/to', /must be a list/],
    ['address with a line break', { to: [{ address: 'a@b.example\r\nBcc: x@y.example' }] }, '/to/0/address', /./],
    ['address without domain', { to: [{ address: 'a@' }] }, '/to/0/address', /form name@example.com/],
    ['address too long', { to: [{ address: `${long(64)}@${`${long(60)}.`.repeat(4)}example` }] }, '/to/0/address', /longer than 254/],
    ['name with a line break', { to: [{ address: 'a@b.example', name: 'a\nb' }] }, '/to/0/name', /line break/],
    ['unknown field of an address', { to: [{ address: 'a@b.example', mail: 'x' }] }, '/to/0/mail', /not a known field/],
    ['cc is no list', { cc: {} }, '/cc', /must be a list/],
    ['cc with a wrong one', { cc: [{ address: 'ok@b.example' }, { address: 'bad' }] }, '/cc/1/address', /form name@example.com/],
    ['bcc with a wrong one', { bcc: [{ address: 'a b@c.example' }] }, '/bcc/0/address', /before the @/],
    ['subject missing', { subject: undefined }, '/subject', /must be text/],
    ['subject empty', { subject: '' }, '/subject', /must not be empty/],
    ['subject with a header', { subject: 'a\r\nBcc: x@y.example' }, '/subject', /line break/],
    ['subject too long', { subject: long(999) }, '/subject', /998/],
    ['subject with half a character', { subject: 'a\ud83d' }, '/subject', /broken Unicode/],
    ['text missing', { text: undefined }, '/text', /must be text/],
    ['text empty', { text: '  ' }, '/text', /must not be empty/],
    ['text with NUL', { text: 'a\0' }, '/text', /control character/],
    ['text too large', { text: long(1024 * 1024 + 1) }, '/text', /1048576 bytes/],
    ['html of another type', { html: 1 }, '/html', /must be text/],
    ['no document', { attachments: [] }, '/attachments', /"withoutDocument": true/],
    ['a picture without its part', { html: '<img src="cid:logo">' }, '/html', /cid:logo/],
    ['file name that turns its letters', { attachments: [{ ...pdf, filename: 'a\u202efdp.exe' }] }, '/attachments/0/filename', /U\+202E/],
    [
      'two files by one content id',
      { attachments: [1, 2].map(() => ({ ...pdf, contentId: 'logo' })) },
      '/attachments/1/contentId',
      /a contentId of its own/,
    ],
    ['attachments are no list', { attachments: pdf }, '/attachments', /must be a list/],
    ['attachment without bytes', { attachments: [{ filename: 'a', contentType: 'a/b' }] }, '/attachments/0/content', /base64/],
    ['attachment not base64', { attachments: [{ ...pdf, content: '%%%=' }] }, '/attachments/0/content', /base64/],
    ['attachment empty', { attachments: [{ ...pdf, content: '' }] }, '/attachments/0/content', /must not be empty/],
    ['file name with a folder', { attachments: [{ ...pdf, filename: '../a.pdf' }] }, '/attachments/0/filename', /without folders/],
    ['file name with a line break', { attachments: [{ ...pdf, filename: 'a\r\n.pdf' }] }, '/attachments/0/filename', /line break/],
    ['media type', { attachments: [{ ...pdf, contentType: 'pdf' }] }, '/attachments/0/contentType', /application\/pdf/],
    [
      'media type with a parameter',
      { attachments: [{ ...pdf, contentType: 'text/plain; name=x' }] },
      '/attachments/0/contentType',
      /media type/,
    ],
    ['too many attachments', { attachments: Array.from({ length: 21 }, () => pdf) }, '/attachments', /20 attachments/],
    [
      'hash of a stored document',
      { attachments: [{ filename: 'a', contentType: 'a/b', ref: 'acme/a', sha256: 'XYZ', size: 1 }] },
      '/attachments/0/sha256',
      /hexadecimal/,
    ],
    ['unknown field', { priority: 'high' }, '/priority', /not a known field/],
  ];

  it.each(badInput)('sets a job aside with its reason: %s', async (_name, changes, pointer, message) => {
    const payload = { ...invoice(), ...changes };
    await harness.queue.add('send', payload);
    const [kept] = await untilRejected();
    expect(kept?.reason).toBe('invalid');
    expect(kept?.errors).toContainEqual({ pointer, message: expect.stringMatching(message) });
    expect(JSON.parse(kept?.payload.toString() ?? '')).toEqual(JSON.parse(JSON.stringify(payload)));
  });

  it.each(badInput.filter(([, changes]) => !('version' in changes || 'key' in changes || 'teamId' in changes)))(
    'answers HTTP with the same reason: %s',
    async (_name, changes, pointer, message) => {
      const answer = await post({ ...invoice(), ...changes });
      expect(answer.status).toBe(422);
      expect(JSON.parse(answer.text).errors).toContainEqual({ pointer, message: expect.stringMatching(message) });
    },
  );

  it('sets aside what is too large together, an unknown team, an unknown job name and no object at all, and the queue goes on', async () => {
    const half = { ...pdf, content: Buffer.alloc(13 * 1024 * 1024).toString('base64') };
    await harness.queue.add('send', { ...invoice(), attachments: [half, half] });
    await harness.queue.add('send', { ...invoice(), teamId: 'nobody' });
    await harness.queue.add('post', invoice());
    await harness.queue.add('send', 'text');
    await harness.queue.add('send', null);
    const job = invoice();
    await harness.publish(job);
    const kept = await untilRejected(5);
    expect(kept.map(({ reason, errors }) => [reason, errors[0]?.pointer]).sort()).toEqual([
      ['invalid', ''],
      ['invalid', ''],
      ['invalid', '/attachments'],
      ['invalid', '/version'],
      ['team_unknown', '/teamId'],
    ]);
    expect((await harness.until('acme', job.key)).status).toBe('sent');
  });

  it('lets a user name only itself as who is told of trouble, and takes no address of it; a service names anybody', async () => {
    const requestedBy = async (key: string) =>
      (await harness.sql.rows<{ by: unknown }>(`SELECT requested_by AS by FROM dispatch.deliveries WHERE key = '${key}'`))[0]?.by;
    const claims = { teams: { acme: 'admin' } };
    const stranger = { userId: 'u17', email: 'stranger@elsewhere.example' };
    const refused = await post(invoice({ key: 'of-another', requestedBy: stranger }), { claims });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/requestedBy/userId']);
    expect(await requestedBy('of-another')).toBeUndefined();
    const own = await post(invoice({ key: 'own', requestedBy: { ...stranger, userId: 'tester', locale: 'de' } }), { claims });
    expect([own.status, await requestedBy('own')]).toEqual([202, { userId: 'tester', locale: 'de' }]);
    expect((await post(invoice({ key: 'of-service', requestedBy: stranger }))).status).toBe(202);
    expect(await requestedBy('of-service')).toEqual(stranger);
  });

  it('shows each team its own, lets members read only, and refuses who has no token', async () => {
    const job = invoice();
    const { id } = (await post(job)).body as { id: string };
    const path = `/v1/teams/acme/deliveries/${id}`;
    const as = async (claims: object, url = path) =>
      (
        await harness
          .http()
          .get(url)
          .set('Authorization', `Bearer ${await harness.token(claims)}`)
      ).status;
    expect(await as({ teams: { acme: 'member' } })).toBe(200);
    expect(await as({ teams: { globex: 'admin' } })).toBe(404);
    expect(await as({ teams: { globex: 'admin' } }, `/v1/teams/globex/deliveries/${id}`)).toBe(404);
    expect((await harness.http().get(path)).status).toBe(401);
    expect((await post(invoice(), { claims: { teams: { acme: 'member' } } })).status).toBe(403);
    expect((await post(invoice(), { claims: { teams: { globex: 'admin' } } })).status).toBe(404);
    expect((await post(invoice(), { team: 'unknown-team' })).status).toBe(422);
  });
});
