// A team's settings over HTTP on the real service: reading, replacing, permissions, concurrent changes, and what must never be shown.
import { emailDeliveryView, problem, type SettingsChangeRecord } from '@billing-mail/contracts';
import { createTestIdentity, tlsCertificates } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { startTestSettingsApi, type TestSettingsApi } from '../testing/start-test-settings-api.js';
import { HISTORY_PAGE, PAGE_BYTES } from './email-delivery.store.js';

const SECRET_PASSWORD = 'pa55-wörd-never-seen';
const path = (teamId: string) => `/v1/teams/${teamId}/email-delivery`;
const smtp = {
  host: 'smtp.acme.example',
  port: 587,
  security: 'starttls',
  auth: { type: 'password', username: 'billing', password: SECRET_PASSWORD },
  fromAddress: 'billing@acme.example',
  fromName: 'ACME Billing',
};
const settings = {
  companyName: 'ACME GmbH',
  replyTo: 'billing@acme.example',
  locale: 'de',
  cc: [{ address: 'boss@acme.example' }],
  bcc: [{ address: 'controlling@acme.example', name: 'Controlling' }],
  sender: 'custom',
  smtp,
  fallback: true,
  notifyUserIds: ['u3'],
};
const withoutPassword = { ...smtp, auth: { type: 'password', username: 'billing' } };

describe('the e-mail delivery of a team', () => {
  let api: TestSettingsApi;
  let answers = '';
  let team = 0;

  beforeAll(async () => {
    api = await startTestSettingsApi({ PLATFORM_FROM_ADDRESS: 'e-invoice@platform.example' });
  });
  afterAll(() => api.stop());
  beforeEach(() => api.forgetNames());

  const call = async (
    method: 'get' | 'put',
    teamId: string,
    options: { body?: object; ifMatch?: string; role?: string; rest?: string; sub?: string } = {},
  ) => {
    const response = await api.call(method, path(teamId) + (options.rest ?? ''), {
      claims: { sub: options.sub ?? 'u-admin', teams: { [teamId]: options.role ?? 'admin' } },
      body: options.body,
      headers: options.ifMatch === undefined ? {} : { 'If-Match': options.ifMatch },
    });
    answers += response.text + JSON.stringify(response.headers);
    return response;
  };
  const put = (teamId: string, body: object, options: { ifMatch?: string; role?: string; sub?: string } = {}) =>
    call('put', teamId, { body, ...options });
  const newTeam = () => `team-${(team += 1)}`;
  const historyOf = async (teamId: string) =>
    ((await call('get', teamId, { rest: '/history?limit=200' })).body as { items: SettingsChangeRecord[] }).items;

  it('is not there before the first PUT', async () => {
    const response = await call('get', newTeam());
    expect([response.status, response.type]).toEqual([404, 'application/problem+json']);
  });

  it('is read as it was written, with ETag, and without the password', async () => {
    const teamId = newTeam();
    const copies = [{ types: ['reminder', 'invoice'], cc: [{ address: 'law@acme.example', name: 'Law' }], bcc: [] }];
    const written = await put(teamId, { ...settings, copies });
    expect(written.status).toBe(200);
    expect(written.headers.etag).toBe('"1"');
    const auth = { type: 'password', username: 'billing', passwordSet: true };
    expect(emailDeliveryView.parse(written.body)).toEqual({
      ...settings,
      copies,
      teamId,
      smtp: { ...smtp, auth },
      certificate: null,
      version: 1,
      updatedAt: expect.any(String),
      updatedBy: 'u-admin',
    });
    const read = await call('get', teamId);
    expect([read.body, read.headers.etag]).toEqual([written.body, '"1"']);
  });

  it('answers 304 to who has the version already', async () => {
    const teamId = newTeam();
    await put(teamId, settings);
    const claims = { sub: 'u', teams: { [teamId]: 'member' } };
    expect((await api.call('get', path(teamId), { claims, headers: { 'If-None-Match': '"1"' } })).status).toBe(304);
  });

  it('makes no version of a PUT that changes nothing, also when it writes back what was read', async () => {
    const teamId = newTeam();
    const written = await put(teamId, settings);
    for (const body of [settings, written.body as object, { ...settings, smtp: withoutPassword }]) {
      const again = await put(teamId, body);
      expect([again.status, again.body]).toEqual([200, written.body]);
    }
    expect(await historyOf(teamId)).toHaveLength(1);
  });

  it('keeps an address once, whatever its case', async () => {
    const cc = [{ address: 'Boss@acme.example' }, { address: 'boss@ACME.example', name: 'Again' }, { address: 'cfo@acme.example' }];
    const response = await put(newTeam(), { ...settings, cc, notifyUserIds: ['u1', 'u1', 'u2'] });
    expect((response.body as { cc: object }).cc).toEqual([{ address: 'Boss@acme.example' }, { address: 'cfo@acme.example' }]);
    expect((response.body as { notifyUserIds: object }).notifyUserIds).toEqual(['u1', 'u2']);
  });

  it('adds copies of single types of documents, each address once, and tells of them by type', async () => {
    const teamId = newTeam();
    await put(teamId, settings);
    const law = { address: 'law@acme.example' };
    const copies = [{ types: ['reminder', 'reminder', 'invoice'], cc: [law, { address: 'LAW@acme.example' }] }];
    const response = await put(teamId, { ...settings, copies });
    expect((response.body as { copies: object }).copies).toEqual([{ types: ['reminder', 'invoice'], cc: [law], bcc: [] }]);
    expect((await historyOf(teamId))[0]?.changes).toEqual(
      ['invoice', 'reminder'].map((type) => ({
        ...{ pointer: `/copies/${type}/cc`, added: [law], addedCount: 1, removed: [], removedCount: 0 },
      })),
    );
    expect((await put(teamId, settings)).body).toMatchObject({ copies: [] });
  });

  it('keeps the server while the platform sends, and forgets it with its password when told so', async () => {
    const teamId = newTeam();
    await put(teamId, settings);
    const kept = await put(teamId, { ...settings, sender: 'platform', smtp: withoutPassword });
    expect(kept.body).toMatchObject({ sender: 'platform', smtp: { auth: { passwordSet: true } } });
    expect((await put(teamId, { ...settings, sender: 'platform', smtp: null })).body).toMatchObject({ smtp: null });
    const again = await put(teamId, { ...settings, smtp: withoutPassword });
    expect(again.status).toBe(422);
    expect((await historyOf(teamId))[0]?.changes).toContainEqual({ pointer: '/smtp/auth/password', secret: 'removed' });
  });

  it.each([
    ['host', { host: 'smtp.elsewhere.example' }, 'the host changed'],
    ['port', { port: 465 }, 'the port changed'],
    ['username', { auth: { type: 'password', username: 'someone' } }, 'the username changed'],
    ['all', { host: 'a.example', port: 25, auth: { type: 'password', username: 'b' } }, 'host and port and username'],
  ])('never takes a stored password along when the server changes: %s', async (_name, change, words) => {
    const teamId = newTeam();
    await put(teamId, settings);
    const response = await put(teamId, { ...settings, smtp: { ...withoutPassword, ...change } });
    expect(response.status).toBe(422);
    expect(problem.parse(response.body).errors).toEqual([{ pointer: '/smtp/auth/password', message: expect.stringContaining(words) }]);
    expect((await call('get', teamId)).headers.etag).toBe('"1"');
  });

  it('asks for the password when it is the first, and when the encryption gets weaker', async () => {
    const first = await put(newTeam(), { ...settings, smtp: withoutPassword });
    expect(problem.parse(first.body).errors).toEqual([{ pointer: '/smtp/auth/password', message: 'is needed: none is stored yet' }]);
    const teamId = newTeam();
    await put(teamId, { ...settings, smtp: { ...smtp, security: 'tls' } });
    expect((await put(teamId, { ...settings, smtp: withoutPassword })).status).toBe(422);
  });

  it.each([
    ['a port that is not allowed', { ...smtp, port: 6379 }, '/smtp/port', /25, 465, 587, 2525/],
    ['the loopback address', { ...smtp, host: '127.0.0.1' }, '/smtp/host', /private or reserved/],
    ['a cloud metadata address', { ...smtp, host: '169.254.169.254' }, '/smtp/host', /private or reserved/],
    ['loopback in IPv6', { ...smtp, host: '::ffff:127.0.0.1' }, '/smtp/host', /private or reserved/],
  ])('refuses %s', async (_name, server, pointer, words) => {
    const response = await put(newTeam(), { ...settings, smtp: server });
    expect(response.status).toBe(422);
    expect(problem.parse(response.body).errors).toEqual([{ pointer, message: expect.stringMatching(words) }]);
  });

  it('trusts the server in a way of the team, shows who that is, and asks for the password again when it changes', async () => {
    const { privateCaPem, chainOf } = tlsCertificates();
    const { p12, passphrase } = createTestIdentity({ address: 'billing@acme.example' });
    const clientCertificate = { file: p12.toString('base64'), passphrase };
    const teamId = newTeam();
    const trusting = { ...settings, smtp: { ...smtp, tls: { ca: privateCaPem, clientCertificate } } };
    expect((await put(teamId, { ...settings, smtp: { ...smtp, tls: { ca: chainOf('good') } } })).body).toMatchObject({
      errors: [{ pointer: '/smtp/tls/ca', message: expect.stringMatching(/of a server/) }],
    });
    const written = await put(teamId, trusting);
    const shown = { fingerprint: expect.stringMatching(/^(?:[0-9A-F]{2}:){31}/), validTo: expect.stringMatching(/Z$/) };
    expect(written.body).toMatchObject({
      smtp: {
        tls: {
          ca: expect.stringContaining('BEGIN CERTIFICATE'),
          certificates: [{ ...shown, subject: 'CN=Private test CA' }],
          clientCertificate: { ...shown, issuer: expect.any(String) },
        },
      },
    });
    for (const secret of ['keySealed', 'chain', clientCertificate.file, passphrase]) expect(written.text).not.toContain(secret);
    // Writing back what was read changes nothing.
    expect((await put(teamId, written.body as object)).body).toEqual(written.body);
    const pinned = { ...withoutPassword, tls: { pin: chainOf('good') } };
    expect((await put(teamId, { ...settings, smtp: pinned })).body).toMatchObject({
      errors: [{ pointer: '/smtp/auth/password', message: expect.stringMatching(/trusted certificate changed/) }],
    });
    // Removing the certificates makes no other server trusted, so the password is not needed again.
    expect((await put(teamId, { ...settings, smtp: withoutPassword })).status).toBe(200);
    const [back, first] = await historyOf(teamId);
    const authority = expect.stringMatching(/^CN=Private test CA \(.*, until \d{4}-\d\d-\d\d\)$/);
    expect(back?.changes).toMatchObject([
      { pointer: '/smtp/tls/ca', from: authority, to: null },
      { pointer: '/smtp/tls/clientCertificate/fingerprint', to: null },
      { pointer: '/smtp/tls/clientCertificate/validTo', to: null },
    ]);
    expect(first?.changes).toContainEqual({ pointer: '/smtp/tls/ca', from: null, to: authority });
  });

  it('refuses a body for another team', async () => {
    const response = await put(newTeam(), { ...settings, teamId: 'globex' });
    expect(problem.parse(response.body).errors).toEqual([{ pointer: '/teamId', message: expect.stringContaining('path') }]);
  });

  describe('If-Match', () => {
    it('replaces the version that the caller has seen', async () => {
      const teamId = newTeam();
      await put(teamId, settings);
      expect((await put(teamId, { ...settings, companyName: 'B' }, { ifMatch: '"1"' })).headers.etag).toBe('"2"');
      expect((await put(teamId, { ...settings, companyName: 'C' }, { ifMatch: '*' })).headers.etag).toBe('"3"');
      expect((await put(teamId, { ...settings, companyName: 'D' }, { ifMatch: '"1", "3"' })).headers.etag).toBe('"4"');
    });

    it('says who changed what and when, of the versions the caller has not seen', async () => {
      const teamId = newTeam();
      await put(teamId, settings, { sub: 'u1' });
      await put(teamId, { ...settings, companyName: 'B' }, { sub: 'u2' });
      await put(teamId, { ...settings, companyName: 'B', smtp: { ...smtp, host: 'new.acme.example' } }, { sub: 'u3' });
      const late = await put(teamId, { ...settings, companyName: 'C' }, { ifMatch: '"1"' });
      expect(late.status).toBe(412);
      const { detail } = problem.parse(late.body);
      expect(detail).toMatch(/version 3 by u3 at 20.*\(\/smtp\/host.*version 2 by u2 at 20.*\(\/companyName\)/);
      expect(detail).not.toContain('u1');
      expect((await call('get', teamId)).body).toMatchObject({ version: 3, companyName: 'B' });
    });

    it.each([
      ['"1"', 412],
      ['*', 412],
      ['W/"1"', 412],
      ['1', 400],
      ['', 400],
    ])('answers to %s before the first PUT: %i', async (ifMatch, status) => {
      expect((await put(newTeam(), settings, { ifMatch })).status).toBe(status);
    });
  });

  describe('two at once', () => {
    it('lets one win with If-Match and tells the others', async () => {
      const teamId = newTeam();
      await put(teamId, settings);
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, index) => put(teamId, { ...settings, companyName: `Company ${index}` }, { ifMatch: '"1"' })),
      );
      expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(412)]);
      const winner = all.find(({ status }) => status === 200);
      expect((await call('get', teamId)).body).toEqual(winner?.body);
    });

    it('lets each win without If-Match, the last one in the end, and loses no version', async () => {
      const teamId = newTeam();
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) => put(teamId, { ...settings, companyName: `Company ${index}` })),
      );
      const versions = all.map(({ body }) => (body as { version: number }).version);
      expect([...versions].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      const history = await historyOf(teamId);
      expect(history.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, index) => 20 - index));
      // Each change begins with the name with which the one before it ended.
      const names = history.map(({ changes }) => changes.find(({ pointer }) => pointer === '/companyName') as { from: string; to: string });
      expect(names.slice(0, -1).map(({ from }) => from)).toEqual(names.slice(1).map(({ to }) => to));
    });
  });

  describe('history', () => {
    it('says what became of each field, and of the password only that', async () => {
      const teamId = newTeam();
      await put(teamId, settings, { sub: 'u1' });
      const next = {
        ...settings,
        replyTo: null,
        cc: [{ address: 'new@acme.example' }, ...settings.cc],
        smtp: { ...smtp, port: 465, security: 'tls', auth: { ...smtp.auth, password: `${SECRET_PASSWORD}-2` } },
      };
      await put(teamId, next, { sub: 'u2' });
      const [second, first] = await historyOf(teamId);
      expect(second).toEqual({
        version: 2,
        changedAt: expect.stringMatching(/^20.*Z$/),
        changedBy: 'u2',
        changes: [
          { pointer: '/replyTo', from: 'billing@acme.example', to: null },
          { pointer: '/smtp/port', from: 587, to: 465 },
          { pointer: '/smtp/security', from: 'starttls', to: 'tls' },
          { pointer: '/cc', added: [{ address: 'new@acme.example' }], addedCount: 1, removed: [], removedCount: 0 },
          { pointer: '/smtp/auth/password', secret: 'replaced' },
        ],
      });
      expect(first?.changes).toContainEqual({ pointer: '/smtp/auth/password', secret: 'set' });
    });

    it('is read page by page, newest first', async () => {
      const teamId = newTeam();
      for (const companyName of ['A', 'B', 'C', 'D', 'E']) await put(teamId, { ...settings, companyName });
      const pages: number[][] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const rest: string = `/history?limit=2${cursor && `&cursor=${cursor}`}`;
        const { body } = await call('get', teamId, { rest });
        const { items, nextCursor } = body as { items: SettingsChangeRecord[]; nextCursor: string | null };
        pages.push(items.map(({ version }) => version));
        cursor = nextCursor;
      }
      expect(pages).toEqual([[5, 4], [3, 2], [1]]);
    });

    it('counts the members of long lists and names the first few', async () => {
      const teamId = newTeam();
      const bcc = Array.from({ length: 3000 }, (_, index) => ({ address: `a${index}@acme.example` }));
      await put(teamId, { ...settings, bcc: bcc.slice(0, 20) });
      await put(teamId, { ...settings, bcc: bcc.slice(18) });
      const [last] = await historyOf(teamId);
      const change = { added: bcc.slice(20, 25), addedCount: 2980, removed: bcc.slice(0, 5), removedCount: 18 };
      expect(last?.changes).toEqual([{ pointer: '/bcc', ...change }]);
    });

    it('ends a page where it grows large, and goes on from there', async () => {
      const teamId = newTeam();
      const named = Array.from({ length: 5 }, () => ({ address: 'a@acme.example', name: 'x'.repeat(2000) }));
      const source = await new DataSource({ type: 'postgres', url: api.database.url }).initialize();
      await source.query(
        `INSERT INTO settings.team_email_delivery_change (team_id, version, changed_at, changed_by, changes)
         SELECT $1, version, now(), 'u1', $2 FROM generate_series(1, 100) AS version`,
        [teamId, JSON.stringify([{ pointer: '/bcc', added: named, removed: [] }])],
      );
      await source.destroy();
      const versions: number[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { text, body } = await call('get', teamId, { rest: `/history?limit=200${cursor && `&cursor=${cursor}`}` });
        expect(text.length).toBeLessThan(300 * 1024);
        const page = body as { items: SettingsChangeRecord[]; nextCursor: string | null };
        versions.push(...page.items.map(({ version }) => version));
        cursor = page.nextCursor;
      }
      expect(versions).toEqual(Array.from({ length: 100 }, (_, index) => 100 - index));
    });

    it('never reads the lists of 45,000 copies that were changed', async () => {
      const teamId = newTeam();
      const source = await new DataSource({ type: 'postgres', url: api.database.url }).initialize();
      try {
        await source.query(
          `INSERT INTO settings.team_email_delivery_change (team_id, version, changed_at, changed_by, changes)
           SELECT $1, version, now(), 'u1', jsonb_build_array(jsonb_build_object('pointer', '/bcc', 'removed', '[]'::jsonb, 'added',
             (SELECT jsonb_agg(jsonb_build_object('address', md5(version::text || n) || '@acme.example')) FROM generate_series(1, 45000) n)))
           FROM generate_series(1, 5) AS version`,
          [teamId],
        );
        const { text } = await call('get', teamId, { rest: '/history?limit=200' });
        expect(text.length).toBeLessThan(5 * 1024);
        const [explained] = await source.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }[]>(
          `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${HISTORY_PAGE}`,
          [teamId, null, 200, PAGE_BYTES],
        );
        const { Plan: plan } = explained?.['QUERY PLAN'][0] ?? { Plan: {} };
        // Blocks of 8 kB; a single one of the lists takes about three hundred.
        expect((plan['Shared Hit Blocks'] ?? NaN) + (plan['Shared Read Blocks'] ?? NaN)).toBeLessThan(100);
      } finally {
        await source.destroy();
      }
    });

    it.each(['limit=0', 'limit=x', 'limit=201', 'cursor=abc', 'cursor=MjE0NzQ4MzY0OA'])('refuses %s', async (query) => {
      const response = await call('get', newTeam(), { rest: `/history?${query}` });
      expect([response.status, problem.parse(response.body).errors?.[0]?.pointer]).toEqual([422, `/${query.split('=')[0]}`]);
    });
  });

  describe('who may', () => {
    it('shows a team to its members and lets only admins write', async () => {
      const teamId = newTeam();
      expect((await put(teamId, settings, { role: 'member' })).status).toBe(403);
      await put(teamId, settings);
      expect((await call('get', teamId, { role: 'member' })).status).toBe(200);
      expect((await call('get', teamId, { role: 'member', rest: '/history' })).status).toBe(200);
    });

    it('knows no team of somebody else', async () => {
      const teamId = newTeam();
      await put(teamId, settings);
      const stranger = { sub: 'x', teams: { other: 'admin' } };
      for (const [method, rest] of [
        ['get', ''],
        ['put', ''],
        ['get', '/history'],
      ] as const) {
        const response = await api.call(method, path(teamId) + rest, { claims: stranger, body: method === 'put' ? settings : undefined });
        expect(response.status).toBe(404);
      }
      expect((await call('get', teamId)).headers.etag).toBe('"1"');
    });

    it('lets only an internal service give a team a name that looks like the platform, and remembers which one', async () => {
      const teamId = newTeam();
      const named = { ...settings, companyName: 'B\u0456lling M\u0430il', smtp: { ...smtp, fromName: 'BiIling-Mail' } };
      const refused = problem.parse((await put(teamId, named)).body);
      expect(refused.errors?.map(({ pointer }) => pointer)).toEqual(['/companyName', '/smtp/fromName']);
      const service = { sub: 'operator-desk', role: 'service' };
      expect((await api.call('put', path(teamId), { claims: service, body: named })).status).toBe(200);
      const [first] = await historyOf(teamId);
      expect(first).toMatchObject({ changedBy: 'operator-desk' });
      expect(first?.changes.filter((change) => 'vouchedFor' in change).map(({ pointer }) => pointer)).toEqual([
        '/companyName',
        '/smtp/fromName',
      ]);
      expect((await put(teamId, { ...named, locale: 'de' })).status).toBe(200);
      expect((await put(newTeam(), named)).status).toBe(422);
    });

    it.each([
      'Billing Mail Support',
      'Billing Mail Security GmbH',
      'The BiIling-Mail Team',
      'ACME via B\u0456lling|M\u0430il',
      'B i l l i n g  M a i l desk',
      'Support at platform.example',
      'platform.example Rechnungen',
      'Rechnungen von pIatform\uff0eexample',
      'www.platform.exampleinvoices',
    ])('refuses an admin a name with one of the platform in it: %s', async (name) => {
      const named = { ...settings, companyName: name, smtp: { ...smtp, fromName: name } };
      const refused = problem.parse((await put(newTeam(), named)).body);
      expect(refused.errors?.map(({ pointer }) => pointer)).toEqual(['/companyName', '/smtp/fromName']);
    });

    it.each(['Billing Mailers', 'Rebilling Mail', 'Mail Billing', 'Platform Examples', 'Mail Order Billing'])(
      'lets an admin name the company %s',
      async (companyName) => {
        expect((await put(newTeam(), { ...settings, companyName })).status).toBe(200);
      },
    );

    it('lets a team with a name that an internal service gave it change everything else', async () => {
      const teamId = newTeam();
      const named = { ...settings, companyName: 'Billing Mail Security GmbH', smtp: { ...smtp, fromName: 'Billing Mail Security' } };
      const service = { sub: 'operator-desk', role: 'service' };
      expect((await api.call('put', path(teamId), { claims: service, body: named })).status).toBe(200);
      expect((await put(teamId, { ...named, locale: 'en', cc: [] })).status).toBe(200);
      expect((await put(teamId, { ...named, companyName: 'Billing Mail Security AG' })).status).toBe(422);
    });

    describe('a name of another team', () => {
      const named = (companyName: string, fromName?: string) => ({
        companyName,
        sender: 'platform',
        ...(fromName && { smtp: { ...smtp, fromName } }),
      });
      const errorsOf = async (teamId: string, body: object) => {
        const response = await put(teamId, body);
        return [response.status, problem.parse(response.body).errors?.map(({ pointer }) => pointer)];
      };

      it('is refused, and what looks like it, wherever recipients see it, without a word of whose it is', async () => {
        const [owner, other] = [newTeam(), newTeam()];
        expect((await put(owner, named('Nordlicht GmbH', 'Nordlicht Billing'))).status).toBe(200);
        expect(await errorsOf(other, named('Nordlicht GmbH'))).toEqual([422, ['/companyName']]);
        expect(await errorsOf(other, named('N\u043erdlicht GmbH', 'NORDLICHT BILLING'))).toEqual([422, ['/companyName', '/smtp/fromName']]);
        expect(await errorsOf(other, named('Nordlicht Billing'))).toEqual([422, ['/companyName']]);
        expect((await put(other, named('Nordlicht GmbH'))).text).not.toContain(owner);
        expect((await put(other, named('Nordlicht AG'))).status).toBe(200);
      });

      it('is free again when that team has another one, and a team keeps its own', async () => {
        const [owner, other] = [newTeam(), newTeam()];
        await put(owner, named('S\u00fcdwind', 'S\u00fcdwind'));
        expect((await put(owner, named('S\u00fcdwind!', 'S\u00fcdwind'))).status).toBe(200);
        expect((await put(other, named('S\u00fcdwind'))).status).toBe(422);
        await put(owner, named('Westwind'));
        expect((await put(other, named('S\u00fcdwind'))).status).toBe(200);
        expect((await put(owner, named('S\u00fcdwind'))).status).toBe(422);
      });

      it('is given by an internal service, which the history says, and stays then', async () => {
        const [owner, branch] = [newTeam(), newTeam()];
        await put(owner, named('Ostsee KG'));
        const service = { sub: 'operator-desk', role: 'service' };
        expect((await api.call('put', path(branch), { claims: service, body: named('Ostsee KG') })).status).toBe(200);
        const [first] = await historyOf(branch);
        expect(first).toMatchObject({ changedBy: 'operator-desk' });
        expect(first?.changes).toContainEqual({ pointer: '/companyName', from: null, to: 'Ostsee KG', vouchedFor: true });
        expect((await historyOf(owner))[0]?.changes).toContainEqual({ pointer: '/companyName', from: null, to: 'Ostsee KG' });
        for (const teamId of [branch, owner]) expect((await put(teamId, { ...named('Ostsee KG'), locale: 'de' })).status).toBe(200);
      });

      it('goes to one of many that want it at once', async () => {
        const all = await Promise.all(
          Array.from({ length: 12 }, (_, index) => put(newTeam(), named(index % 2 ? 'Sturmvogel' : 'STURMV0GEL', 'Sturm'))),
        );
        expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(11).fill(422)]);
      });
    });

    it('lets internal services act for every team', async () => {
      const response = await api.call('put', path(newTeam()), { claims: { sub: 'invoicing', role: 'service' }, body: settings });
      expect(response.body).toMatchObject({ updatedBy: 'invoicing' });
    });
  });

  it('takes a thousand CC and a thousand BCC', async () => {
    const list = (role: string) =>
      Array.from({ length: 1000 }, (_, index) => ({ address: `${role}${index}@acme.example`, name: `${role} ${index}` }));
    const teamId = newTeam();
    expect((await put(teamId, { ...settings, cc: list('cc'), bcc: list('bcc') })).status).toBe(200);
    expect((await call('get', teamId)).body).toMatchObject({ cc: list('cc'), bcc: list('bcc') });
  });

  it('has shown the password in no answer and no log line', () => {
    expect(answers.length).toBeGreaterThan(10_000);
    expect(api.log()).toContain('settings saved');
    for (const seen of [answers, api.log()]) {
      expect(seen).not.toContain('pa55');
      expect(seen).not.toContain('passwordSealed');
      expect(seen).not.toContain('keySealed');
      expect(seen).not.toContain('v1.k1.');
    }
  });
});
