import { eventually } from '@billing-mail/testkit';
import { notificationView, problem } from '@billing-mail/contracts';
import request from 'supertest';
import { INCIDENTS, rejected, SAMPLES } from '../testing/sample-outcomes.js';
import { UNREAD_OF_USER } from './inbox.store.js';
import { authorization, startSurroundings, type TestService, type TestSurroundings } from '../testing/start-test-service.js';

type Plan = { 'Relation Name'?: string; 'Actual Rows': number; 'Actual Loops': number; 'Rows Removed by Filter'?: number; Plans?: Plan[] };
/** Returns how many rows of tables a statement has looked at. */
const rowsOf = (plan: Plan): number =>
  (plan['Relation Name'] === undefined ? 0 : (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']) +
  (plan.Plans ?? []).reduce((sum, part) => sum + rowsOf(part), 0);

describe('the inbox over HTTP', () => {
  let around: TestSurroundings;
  let service: TestService;

  beforeAll(async () => {
    around = await startSurroundings();
    service = await around.startService();
  });
  afterAll(() => around.stop());

  const publish = async (...events: unknown[]) => {
    for (const event of events) await (await around.publish(event)).finished();
  };
  const member = (sub: string, ...teams: string[]) =>
    authorization({ sub, teams: Object.fromEntries(teams.map((team) => [team, 'member'])) });
  const get = async (path: string, headers: Record<string, string>) => request(service.url).get(path).set(headers);
  const post = async (path: string, headers: Record<string, string>) => request(service.url).post(path).set(headers);
  const list = async (headers: Record<string, string>, query = '') => (await get(`/v1/notifications${query}`, headers)).body;

  it('shows a notification as the contract has it', async () => {
    const event = SAMPLES.failed({ teamId: 'shape', requestedBy: { userId: 'u1' } });
    await publish(event);
    const { items, nextCursor, unreadCount } = await list(await member('u1', 'shape'));
    expect(notificationView.strict().parse(items[0])).toMatchObject({
      teamId: 'shape',
      type: 'delivery_failed',
      severity: 'error',
      deliveryId: event.delivery.id,
      documentId: 'inv-2026-0042',
      count: 1,
      readAt: null,
    });
    expect([items.length, nextCursor, unreadCount]).toEqual([1, null, 1]);
  });

  it('speaks the language that the reader asks for, else the one that the reader is known by', async () => {
    await publish(SAMPLES.failed({ teamId: 'tongues', teamLocale: 'de', requestedBy: { userId: 'u1' } }));
    const headers = await member('u1', 'tongues');
    const wanting = { ...headers, 'Accept-Language': 'eo, en;q=0.2' };
    const [known] = (await list(headers)).items;
    const [asked] = (await list(wanting)).items;
    expect([known.title, asked.title]).toEqual([
      'Rechnung „2026-0042“ konnte nicht verschickt werden',
      'Invoice “2026-0042” could not be sent',
    ]);
    expect(known.body).not.toBe(asked.body);
    expect((await post(`/v1/notifications/${asked.id}/read`, wanting)).body).toMatchObject({ title: asked.title, body: asked.body });
  });

  it.each([
    ['waiting', `status = 'waiting', failing_since = now()`, /bisher nicht per E-Mail/],
    ['waiting after a doubt', `status = 'waiting', failing_since = now(), doubts = 1`, /per E-Mail erreicht hat, ist ungewiss/],
    ['no_such_address', `status = 'no_such_address'`, /Nicht per E-Mail geschickt: Die .* Adresse gibt es nicht/],
    ['gave_up', `status = 'gave_up'`, /Nicht per E-Mail geschickt: .* zwei Tage lang/],
    ['uncertain', `status = 'uncertain'`, /per E-Mail erreicht hat, ist ungewiss/],
    ['sent', `status = 'sent'`, null],
    ['unwanted', `status = 'unwanted'`, null],
  ])('says of a message whose e-mail is missing that it was not sent by e-mail (%s)', async (name, state, expected) => {
    const team = `mail-${name.replaceAll(' ', '-')}`;
    await publish(SAMPLES.failed({ teamId: team, requestedBy: { userId: 'u1', locale: 'de' } }));
    const of = `notification_id IN (SELECT id FROM notify.notifications WHERE team_id = $1)`;
    // Waits until the sender has found no address and has settled the e-mail.
    await eventually(async () =>
      (await service.database.query<{ status: string }[]>(`SELECT status FROM notify.email_outbox WHERE ${of}`, [team])).every(
        ({ status }) => status === 'unwanted',
      ),
    );
    await service.database.query(`UPDATE notify.email_outbox SET due_at = now() + interval '1 hour', ${state} WHERE ${of}`, [team]);
    const [{ body }] = (await list(await member('u1', team))).items;
    if (expected === null) expect(body).not.toContain('E-Mail geschickt');
    else expect(body.split('\n\n').at(-1)).toMatch(expected);
  });

  it('shows what has no team to the user to whom it is addressed, and to nobody else', async () => {
    await publish(rejected({}, { teamId: '', requestedBy: { userId: 'teamless' } }), rejected({}, { teamId: '', requestedBy: null }));
    expect((await list(await member('teamless', 'any'))).items.map(({ type }: { type: string }) => type)).toEqual(['job_rejected']);
    expect((await list(await member('somebody-else', 'any'))).items).toEqual([]);
  });

  it('shows to no user what is for who runs the platform', async () => {
    await publish(INCIDENTS.certificateExpiring());
    expect((await list(await member('(operator)', 'any'))).items).toEqual([]);
  });

  it('gives page after page, newest first, each notification once', async () => {
    const documents = Array.from({ length: 7 }, (_, index) => `doc-${index}`);
    for (const id of documents) {
      const event = SAMPLES.failedAt(`${id}.example`, { teamId: 'pages', requestedBy: { userId: 'u1' } });
      event.delivery.document = { id, type: 'quote' };
      await publish(event);
    }
    const headers = await member('u1', 'pages');
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await list(headers, `?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.items.map((item: { documentId: string }) => item.documentId));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(documents.toReversed());
  });

  it('words times in the time zone that the reader names, and in UTC if it names none', async () => {
    await publish(INCIDENTS.serverDown({ teamId: 'zones' }));
    const headers = await member('u1', 'zones');
    const bodies = await Promise.all(['', '?timeZone=Europe/Berlin', '?timeZone=America/New_York'].map((query) => list(headers, query)));
    expect(bodies.map(({ items }) => /\d{2}:\d{2}(?: UTC)?/.exec(items[0].body)?.[0])).toEqual(['07:00 UTC', '08:00', '02:00']);
    expect((await get('/v1/notifications?timeZone=nowhere', headers)).status).toBe(422);
    const read = await post(`/v1/notifications/${bodies[0]?.items[0].id}/read?timeZone=Europe/Berlin`, headers);
    expect(read.body.body).toContain('08:00');
  });

  it('marks one or all as read, for the caller only', async () => {
    await publish(
      SAMPLES.failed({ teamId: 'reading', requestedBy: { userId: 'u1' } }),
      SAMPLES.partlySent({ teamId: 'reading', requestedBy: { userId: 'u1' } }),
      rejected({}, { teamId: 'reading', requestedBy: null }),
    );
    const [u1, u2] = [await member('u1', 'reading'), await member('u2', 'reading')];
    const [teamWide, newest] = (await list(u1)).items;
    const read = await post(`/v1/notifications/${newest.id}/read`, u1);
    expect([read.status, read.body.id, typeof read.body.readAt]).toEqual([200, newest.id, 'string']);
    const again = await post(`/v1/notifications/${newest.id}/read`, u1);
    expect(again.body.readAt).toBe(read.body.readAt);
    const unread = await list(u1, '?unread=true');
    expect([unread.items.length, unread.unreadCount]).toEqual([2, 2]);
    expect((await list(u1, '?unread=false')).items).toHaveLength(3);
    await post(`/v1/notifications/${teamWide.id}/read`, u1);
    expect((await list(u2)).unreadCount).toBe(1);
    expect((await post('/v1/notifications/read-all', u1)).body).toEqual({ unreadCount: 0 });
    expect((await list(u1)).unreadCount).toBe(0);
    expect((await list(u2)).unreadCount).toBe(1);
  });

  it('counts what is unread without a look at what was read before, and what is counted up is unread again', async () => {
    const sql = <T>(statement: string, values: unknown[] = []): Promise<T[]> => service.database.query<T[]>(statement, values);
    await sql(
      `INSERT INTO notify.notifications (team_id, user_id, type, severity, params, position)
       SELECT 'much', CASE n % 2 WHEN 0 THEN 'u1' END, 'delivery_failed', 'error', $1, -n FROM generate_series(1, 3000) AS n`,
      [
        JSON.stringify(
          (await sql<{ params: unknown }>(`SELECT params FROM notify.notifications WHERE type = 'delivery_failed' LIMIT 1`))[0]?.params,
        ),
      ],
    );
    // Moves the notifications to positions that nothing else takes, in the order in which they would have arrived.
    await sql(
      `UPDATE notify.notifications SET position = position + 3001 + (SELECT position FROM notify.stream_clock) WHERE team_id = 'much'`,
    );
    await sql(`UPDATE notify.stream_clock SET position = position + 3001`);
    const u1 = await member('u1', 'much');
    const unread = async () => (await list(u1)).unreadCount;
    expect(await unread()).toBe(3000);
    await post('/v1/notifications/read-all', u1);
    await publish(SAMPLES.failed({ teamId: 'much', requestedBy: { userId: 'u1' } }));
    expect(await unread()).toBe(1);
    await publish(SAMPLES.failed({ teamId: 'much', requestedBy: { userId: 'u1' } }), rejected({}, { teamId: 'much', requestedBy: null }));
    const before = await unread();
    expect(before).toBeGreaterThanOrEqual(2);
    await sql('ANALYZE');
    const [explained] = await sql<{ 'QUERY PLAN': { Plan: Plan }[] }>(`EXPLAIN (ANALYZE, TIMING off, FORMAT json) ${UNREAD_OF_USER}`, [
      'u1',
      ['much'],
    ]);
    expect(rowsOf((explained as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan)).toBeLessThan(50);
    const [newest] = (await list(u1)).items;
    await post(`/v1/notifications/${newest.id}/read`, u1);
    expect(await unread()).toBe(before - 1);
    expect((await list(u1, '?unread=true')).items).toHaveLength(before - 1);
    await sql(`UPDATE notify.notifications SET position = (SELECT position + 1 FROM notify.stream_clock) WHERE id = $1`, [newest.id]);
    await sql(`UPDATE notify.stream_clock SET position = position + 1`);
    expect(await unread()).toBe(before);
    // For a user who joins the team later, everything is unread.
    expect((await list(await member('u2', 'much'))).unreadCount).toBeGreaterThanOrEqual(1501);
  });

  it('shows nobody what is not theirs, and does not let them read it', async () => {
    await publish(
      SAMPLES.failed({ teamId: 'private', requestedBy: { userId: 'owner' } }),
      rejected({}, { teamId: 'private', requestedBy: null }),
    );
    const owner = await member('owner', 'private');
    const personal = (await list(owner)).items.find(({ type }: { type: string }) => type === 'delivery_failed');
    const teamWide = (await list(owner)).items.find(({ type }: { type: string }) => type === 'job_rejected');
    const strangers: [string, Record<string, string>, string[]][] = [
      ['a colleague sees what the team is told only', await member('colleague', 'private'), ['job_rejected']],
      ['the same user of another team', await member('owner', 'elsewhere'), []],
      ['a user without teams', await authorization({ sub: 'owner' }), []],
      ['an internal service of another name', await authorization({ sub: 'crm', role: 'service' }), []],
      ['an internal service of that name', await authorization({ sub: 'owner', role: 'service' }), ['delivery_failed']],
    ];
    for (const [who, headers, types] of strangers) {
      const { items, unreadCount } = await list(headers);
      expect([who, items.map(({ type }: { type: string }) => type), unreadCount]).toEqual([who, types, types.length]);
      for (const { id, type } of [personal, teamWide]) {
        const answer = await post(`/v1/notifications/${id}/read`, headers);
        expect([who, type, answer.status]).toEqual([who, type, types.includes(type) ? 200 : 404]);
      }
    }
  });

  it.each([
    ['GET', '/v1/notifications'],
    ['POST', '/v1/notifications/read-all'],
    ['POST', '/v1/notifications/0b7c8c4e-5f0e-4c58-9d4a-7d8f0d1c2b3a/read'],
    ['GET', '/v1/notifications/stream'],
    ['GET', '/v1/preferences'],
    ['PUT', '/v1/preferences'],
  ])('needs a token for %s %s', async (method, path) => {
    const answer = await request(service.url)[method.toLowerCase() as 'get'](path);
    expect([answer.status, answer.headers['content-type']]).toEqual([401, expect.stringContaining('problem+json')]);
  });

  it.each([
    ['?limit=0', '/limit'],
    ['?limit=201', '/limit'],
    ['?limit=ten', '/limit'],
    ['?limit=1.5', '/limit'],
    ['?limit=1&limit=2', '/limit'],
    ['?unread=yes', '/unread'],
    ['?unread=', '/unread'],
    ['?unread=true&unread=true', '/unread'],
    ['?cursor=abc', '/cursor'],
    ['?cursor=', '/cursor'],
    [`?cursor=${Buffer.from('-5').toString('base64url')}`, '/cursor'],
    [`?cursor=${Buffer.from('1e300').toString('base64url')}`, '/cursor'],
    [`?cursor=${Buffer.from('"1; DROP TABLE x"').toString('base64url')}`, '/cursor'],
    [`?cursor=${'a'.repeat(501)}`, '/cursor'],
  ])('refuses the query %s', async (query, pointer) => {
    const answer = await get(`/v1/notifications${query}`, await member('u1', 'acme'));
    expect(answer.status).toBe(422);
    expect(problem.parse(JSON.parse(answer.text)).errors?.map((error) => error.pointer)).toEqual([pointer]);
  });

  it.each(['1', 'no-uuid', '%00', '../notifications', "' OR 1=1 --", 'a'.repeat(2000)])('answers 404 for the id %s', async (id) => {
    expect((await post(`/v1/notifications/${encodeURIComponent(id)}/read`, await member('u1', 'acme'))).status).toBe(404);
  });

  it('describes every call in its OpenAPI', async () => {
    const { paths } = (await get('/openapi.json', {})).body;
    expect(Object.entries(paths).flatMap(([path, calls]) => Object.keys(calls as object).map((call) => `${call} ${path}`))).toEqual(
      expect.arrayContaining([
        'get /v1/notifications',
        'post /v1/notifications/read-all',
        'post /v1/notifications/{id}/read',
        'get /v1/notifications/stream',
        'get /v1/preferences',
        'put /v1/preferences',
      ]),
    );
    expect(paths['/v1/preferences'].put.requestBody.content['application/json'].schema.required).toContain('channels');
  });

  it('is ready while PostgreSQL and Redis answer, and counts what it did', async () => {
    expect((await get('/health/ready', {})).body).toEqual({ status: 'ok', checks: ['database', 'redis'] });
    await around.redis.halt();
    const without = await get('/health/ready', {});
    await around.redis.start();
    expect([without.status, without.text]).toEqual([503, expect.stringContaining('redis')]);
    const metrics = (await get('/metrics', {})).text;
    expect(metrics).toMatch(/billing_mail_outcomes_total\{result="recorded"\} [1-9]/);
    expect(metrics).toMatch(/billing_mail_alerts_total\{type="delivery_failed"\} [1-9]/);
    expect(metrics).toMatch(/billing_mail_alerts_sent_total\{channel="inbox"\} [1-9]/);
    expect(metrics).toMatch(/billing_mail_alert_delay_seconds_count\{channel="inbox"\} [1-9]/);
  });
});
