import { eventually } from '@billing-mail/testkit';
import { problem } from '@billing-mail/contracts';
import { simpleParser } from 'mailparser';
import request from 'supertest';
import { SAMPLES, settled } from '../testing/sample-outcomes.js';
import { authorization, startSurroundings, type TestService, type TestSurroundings } from '../testing/start-test-service.js';

describe('preferences', () => {
  let around: TestSurroundings;
  let service: TestService;
  beforeAll(async () => {
    around = await startSurroundings();
    service = await around.startService();
  });
  afterAll(() => around.stop());

  const member = (sub: string, ...teams: string[]) =>
    authorization({ sub, teams: Object.fromEntries(teams.map((team) => [team, 'member'])) });
  const read = async (headers: Record<string, string>) => (await request(service.url).get('/v1/preferences').set(headers)).body;
  const put = async (headers: Record<string, string>, body: object) => request(service.url).put('/v1/preferences').set(headers).send(body);
  const publish = async (...events: unknown[]) => {
    for (const event of events) await (await around.publish(event)).finished();
  };
  const all = { email: true, inbox: true };
  const UNCHOSEN = { muted: { email: [], inbox: [] }, digest: 'none' };
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 1, 12, minute)).toISOString();

  it('begin empty, in English, with every channel on', async () => {
    expect(await read(await member('new', 'acme'))).toEqual({
      email: null,
      emailConfirmed: true,
      locale: 'en',
      channels: all,
      ...UNCHOSEN,
    });
  });

  it("begin in the team's language for those of whom nothing else is known", async () => {
    await publish(settled({}, { teamId: 'german', teamLocale: 'de', requestedBy: null }));
    expect(await read(await member('silent', 'german'))).toEqual({
      email: null,
      emailConfirmed: true,
      locale: 'de',
      channels: all,
      ...UNCHOSEN,
    });
  });

  it('are learned from what happened last, in whatever order it is told', async () => {
    const told = (minute: number, email?: string, locale?: 'en' | 'de') =>
      settled(
        {},
        { teamId: 'learn', occurredAt: at(minute), requestedBy: { userId: 'u1', ...(email && { email }), ...(locale && { locale }) } },
      );
    await publish(told(2, 'second@learn.example', 'de'), told(1, 'first@learn.example', 'en'), told(3));
    expect(await read(await member('u1', 'learn'))).toEqual({
      email: 'second@learn.example',
      emailConfirmed: true,
      locale: 'de',
      channels: all,
      ...UNCHOSEN,
    });
    await publish(told(4, undefined, 'en'));
    expect(await read(await member('u1', 'learn'))).toEqual({
      email: 'second@learn.example',
      emailConfirmed: true,
      locale: 'en',
      channels: all,
      ...UNCHOSEN,
    });
  });

  it('never learn from a team that is not the user’s', async () => {
    await publish(settled({}, { teamId: 'attacker', requestedBy: { userId: 'victim', email: 'thief@attacker.example', locale: 'de' } }));
    expect((await read(await member('victim', 'acme'))).email).toBeNull();
  });

  it('hold for ever once the user has chosen', async () => {
    const headers = await member('chooser', 'choice');
    const muted = { email: ['delivery_fell_back'], inbox: ['certificate_expiring'] };
    const chosen = { email: 'me@private.example', locale: 'de', channels: { email: false, inbox: true }, muted, digest: 'day' };
    const answer = await put(headers, chosen);
    expect([answer.status, answer.body]).toEqual([200, { ...chosen, emailConfirmed: false }]);
    await publish(settled({}, { teamId: 'choice', requestedBy: { userId: 'chooser', email: 'other@choice.example', locale: 'en' } }));
    expect(await read(headers)).toEqual({ ...chosen, emailConfirmed: false });
    await put(headers, { email: null, channels: all });
    expect(await read(headers)).toEqual({ email: null, emailConfirmed: true, locale: 'en', channels: all, ...UNCHOSEN });
  });

  describe('an address of the user’s choosing', () => {
    const chosen = (email: string) => ({ email, locale: 'en', channels: all, ...UNCHOSEN });
    const mailsTo = (email: string) => around.mail.mails.filter(({ recipients }) => recipients.includes(email));
    const codesTo = async (email: string) => {
      const texts = await Promise.all(mailsTo(email).map(async ({ raw }) => (await simpleParser(raw)).text ?? ''));
      return texts.flatMap((text) => /^[A-Za-z0-9_-]{22}$/m.exec(text)?.[0] ?? /confirm=([A-Za-z0-9_-]{22})/.exec(text)?.[1] ?? []);
    };
    const post = async (headers: Record<string, string>, path: string, body: object = {}) =>
      request(service.url).post(`/v1/preferences/${path}`).set(headers).send(body);

    it('is confirmed by the code that went there, once, and by nobody else', async () => {
      const headers = await member('owner', 'confirming');
      expect((await put(headers, chosen('new@confirming.example'))).body.emailConfirmed).toBe(false);
      const [code] = await codesTo('new@confirming.example');
      if (code === undefined) throw new Error('no code was sent');
      const thief = await member('thief', 'confirming');
      await put(thief, chosen('new@confirming.example'));
      expect((await post(thief, 'confirmation', { code })).status).toBe(422);
      expect((await post(headers, 'confirmation', { code: 'x'.repeat(22) })).body.errors[0].pointer).toBe('/code');
      expect((await post(headers, 'confirmation', { code })).body).toEqual({ ...chosen('new@confirming.example'), emailConfirmed: true });
      expect((await post(headers, 'confirmation', { code })).status).toBe(422);
      expect((await post(headers, 'confirmation-email')).status).toBe(409);
    });

    it('is not confirmed by the code of another address, nor by one that is old', async () => {
      const headers = await member('changer', 'confirming');
      await put(headers, chosen('first@confirming.example'));
      const [first] = await codesTo('first@confirming.example');
      await put(headers, chosen('second@confirming.example'));
      expect((await post(headers, 'confirmation', { code: first })).status).toBe(422);
      const [second] = await codesTo('second@confirming.example');
      await service.database.query(
        `UPDATE notify.address_confirmations SET asked_at = now() - interval '25 hours' WHERE user_id = 'changer'`,
      );
      expect((await post(headers, 'confirmation', { code: second })).status).toBe(422);
    });

    it('gets few of these letters, whoever asks, and nothing of the user’s words in them', async () => {
      const asking = await Promise.all(
        Array.from({ length: 6 }, async (_, index) =>
          put(await member(`<b>Pay at evil.example</b>${index}`, 'many'), chosen('bombed@many.example')),
        ),
      );
      expect(asking.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
      expect(mailsTo('bombed@many.example')).toHaveLength(3);
      for (const { raw } of mailsTo('bombed@many.example')) expect(raw.toString('latin1')).not.toContain('evil');
      const refused = await post(await member('<b>Pay at evil.example</b>0', 'many'), 'confirmation-email');
      expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([429, '"confirmations-to-address";q=3;w=86400']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(86_000);
    });

    it('is written to once it is confirmed; until then alerts go where they went', async () => {
      const headers = await member('mover', 'moving');
      const trouble = (document: string) =>
        SAMPLES.failed({ teamId: document, requestedBy: { userId: 'mover', email: 'office@moving.example', locale: 'en' } });
      await put(headers, chosen('home@moving.example'));
      const alertsTo = (email: string) =>
        mailsTo(email).filter(({ raw }) => raw.includes('Auto-Submitted') && raw.includes('could not be sent'));
      await publish(trouble('moving'));
      await eventually(() => alertsTo('office@moving.example')[0]);
      expect(alertsTo('home@moving.example')).toEqual([]);
      await post(headers, 'confirmation', { code: (await codesTo('home@moving.example'))[0] });
      await publish(trouble('moving-on'));
      await eventually(() => alertsTo('home@moving.example')[0]);
    });
  });

  describe('an address of the team', () => {
    const PATH = '/v1/teams/shared-desk/alert-address';
    const as = (sub: string, role: 'admin' | 'member', team = 'shared-desk') => authorization({ sub, teams: { [team]: role } });
    const call = async (method: 'get' | 'put' | 'post', path: string, headers: Record<string, string>, body?: object) =>
      request(service.url)[method](path).set(headers).send(body);
    const lettersTo = async (address: string) => {
      const letters = around.mail.mails.filter(({ recipients }) => recipients.includes(address));
      return Promise.all(letters.map(async ({ raw }) => simpleParser(raw)));
    };
    const trouble = () => SAMPLES.partlySent({ teamId: 'shared-desk', requestedBy: { userId: 'somebody' } });

    it('gets the alerts of the team once somebody in the team confirms it, however nobody else has an address', async () => {
      const admin = await as('boss', 'admin');
      expect((await call('get', PATH, admin)).body).toEqual({ alertTo: null, confirmed: true });
      const put = await call('put', PATH, admin, { alertTo: 'desk@shared.example' });
      expect([put.status, put.body]).toEqual([200, { alertTo: 'desk@shared.example', confirmed: false }]);
      await publish(trouble());
      const [letter] = await lettersTo('desk@shared.example');
      const [, code] = /teams\/shared-desk\/inbox\?confirm=([\w-]{22})&for=team/.exec(letter?.text ?? '') ?? [];
      if (code === undefined) throw new Error('no code was sent');
      // The code confirms neither an address of another team nor the user's own.
      const outsider = await as('thief', 'admin', 'others');
      expect((await call('post', '/v1/teams/others/alert-address/confirmation', outsider, { code })).status).toBe(422);
      expect((await call('post', '/v1/preferences/confirmation', admin, { code })).status).toBe(422);
      expect((await call('post', `${PATH}/confirmation`, await as('reader', 'member'), { code })).body.confirmed).toBe(true);
      expect((await call('post', `${PATH}/confirmation`, admin, { code })).status).toBe(422);
      expect(await lettersTo('desk@shared.example')).toHaveLength(1);
      await publish(trouble());
      const [, alert] = await eventually(async () => {
        const letters = await lettersTo('desk@shared.example');
        return letters.length > 1 ? letters : null;
      });
      expect(alert?.subject).toMatch(/^\[shared-desk\] .* was not sent to everybody$/);
      // The alert to the team's address is in nobody's inbox.
      const inbox = await request(service.url).get('/v1/notifications').set(admin);
      expect(inbox.body.items).toEqual([]);
    });

    it('is changed by admins only, and needs no confirmation where a service vouches for it', async () => {
      const put = async (headers: Record<string, string>, alertTo: unknown) => call('put', PATH, headers, { alertTo });
      expect((await put(await as('reader', 'member'), 'x@shared.example')).status).toBe(403);
      expect((await put(await as('boss', 'admin', 'others'), 'x@shared.example')).status).toBe(404);
      expect((await put(await as('boss', 'admin'), 'a@b.example\r\nBcc: c@d.example')).status).toBe(422);
      const host = await authorization({ sub: 'host', role: 'service' });
      expect((await put(host, 'vouched@shared.example')).body).toEqual({ alertTo: 'vouched@shared.example', confirmed: true });
      expect(await lettersTo('vouched@shared.example')).toEqual([]);
      expect((await put(await as('boss', 'admin'), null)).body).toEqual({ alertTo: null, confirmed: true });
    });
  });

  describe('people by name', () => {
    const call = async (method: 'get' | 'put' | 'delete', path: string, headers: Record<string, string>, body?: object) =>
      request(service.url)[method](`/v1/${path}`).set(headers).send(body);
    const host = () => authorization({ sub: 'host', role: 'service' });
    const say = async (id: string, body: object) => call('put', `users/${encodeURIComponent(id)}`, await host(), body);
    const of = async (team: string) => (await call('get', `teams/${team}/people`, await member('reader', team))).body.items as object[];

    it('are named by internal services alone, and seen by their own teams, without an address', async () => {
      const maria = { name: 'Maria Berg', email: 'maria@named.example', teams: { named: 'admin', other: 'member' } };
      const admin = await authorization({ sub: 'user/17', teams: { named: 'admin' } });
      expect((await call('put', 'users/user%2F17', admin, maria)).status).toBe(403);
      expect((await call('put', 'users/user%2F17', {}, maria)).status).toBe(401);
      const put = await say('user/17', maria);
      expect([put.status, put.body]).toEqual([200, { id: 'user/17', ...maria }]);
      await say('u2', { name: 'Jo Former', teams: { named: 'former' } });
      expect(await of('named')).toEqual([
        { id: 'u2', name: 'Jo Former', role: 'former' },
        { id: 'user/17', name: 'Maria Berg', role: 'admin' },
      ]);
      expect(await of('other')).toEqual([{ id: 'user/17', name: 'Maria Berg', role: 'member' }]);
      expect(await of('third')).toEqual([]);
      expect((await call('get', 'teams/named/people', await member('reader', 'third'))).status).toBe(404);
    });

    it('are said anew, and forgotten', async () => {
      await say('renamed', { name: 'Before', teams: { anew: 'member', gone: 'admin' } });
      await say('renamed', { name: 'After', teams: { anew: 'admin' } });
      expect([await of('anew'), await of('gone')]).toEqual([[{ id: 'renamed', name: 'After', role: 'admin' }], []]);
      expect((await call('delete', 'users/renamed', await member('boss', 'anew'))).status).toBe(403);
      for (let times = 0; times < 2; times += 1) expect((await call('delete', 'users/renamed', await host())).status).toBe(204);
      expect(await of('anew')).toEqual([]);
    });

    it('belong, where the directory does not say, to the teams of their tokens and documents', async () => {
      await say('tokened', { name: 'Toni Token' });
      await say('documented', { name: 'Dora Document' });
      expect(await of('shown')).toEqual([]);
      await publish(settled({}, { teamId: 'shown', requestedBy: { userId: 'documented' } }));
      await call('get', 'teams/shown/people', await member('tokened', 'shown'));
      expect(await of('shown')).toEqual([
        { id: 'documented', name: 'Dora Document', role: null },
        { id: 'tokened', name: 'Toni Token', role: null },
      ]);
    });

    const seen = (user: string, team: string, hoursAgo: number) =>
      service.database.query(`UPDATE notify.contacts SET seen_at = now() - $3 * interval '1 hour' WHERE user_id = $1 AND team_id = $2`, [
        user,
        team,
        hoursAgo,
      ]);

    it('belong no more to a team that a token issued later does not name, and are not written to for it', async () => {
      const lea = { userId: 'leaver', email: 'lea@left.example' };
      await say('leaver', { name: 'Lea Leaver' });
      await publish(settled({}, { teamId: 'left', requestedBy: lea }));
      const anHourAgo = Math.floor(Date.now() / 1000) - 3600;
      const visit = async (issuedAt?: number) => read(await authorization({ sub: 'leaver', teams: { stayed: 'member' } }, '1h', issuedAt));
      const row = { id: 'leaver', name: 'Lea Leaver', role: null };
      await visit(anHourAgo);
      expect(await of('left')).toEqual([row]);
      await seen('leaver', 'left', 2);
      await visit();
      expect(await of('left')).toEqual([row]);
      await visit(anHourAgo);
      expect([await of('left'), await of('stayed')]).toEqual([[], [row]]);
      await publish(SAMPLES.failed({ teamId: 'left', requestedBy: null, notifyUserIds: ['leaver'] }));
      await eventually(async () => {
        const [owed] = await service.database.query<{ status: string }[]>(
          `SELECT o.status FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id WHERE n.team_id = 'left'`,
        );
        return owed?.status === 'unwanted';
      });
      expect(around.mail.mails.filter(({ recipients }) => recipients.includes(lea.email))).toEqual([]);
    });

    it.each([
      ['a token', async () => read(await member('regular', 'regulars'))],
      ['a document', () => publish(settled({}, { teamId: 'regulars', requestedBy: { userId: 'regular' } }))],
    ])('are noted as seen by %s, once a day', async (_name, show) => {
      const hoursAgo = async () =>
        (
          await service.database.query<{ hours: number }[]>(
            `SELECT round(extract(epoch FROM now() - seen_at) / 3600)::int AS hours FROM notify.contacts WHERE team_id = 'regulars'`,
          )
        )[0]?.hours;
      await show();
      await seen('regular', 'regulars', 23);
      await show();
      expect(await hoursAgo()).toBe(23);
      await seen('regular', 'regulars', 25);
      await show();
      expect(await hoursAgo()).toBe(0);
    });

    it('come page by page', async () => {
      for (const id of ['a', 'b', 'c']) await say(`paged-${id}`, { name: id, teams: { paged: 'member' } });
      const read = async (query: string) => (await call('get', `teams/paged/people?limit=2${query}`, await member('reader', 'paged'))).body;
      const { items, nextCursor } = await read('');
      const rest = await read(`&cursor=${nextCursor}`);
      expect([...items, ...rest.items].map(({ name }: { name: string }) => name)).toEqual(['a', 'b', 'c']);
      expect(rest.nextCursor).toBeNull();
    });

    it('are written to at the address that the directory names, and no more once they have left', async () => {
      const lettersTo = (email: string) => around.mail.mails.filter(({ recipients }) => recipients.includes(email));
      await say('clerk', { name: 'Cleo Clerk', email: 'cleo@directory.example', teams: { directory: 'member' } });
      await say('left', { name: 'Leo Left', email: 'leo@directory.example', teams: { directory: 'former' } });
      const both = { userId: 'left', email: 'old@directory.example' };
      await publish(SAMPLES.failed({ teamId: 'directory', requestedBy: both, notifyUserIds: ['clerk'] }));
      await eventually(() => lettersTo('cleo@directory.example')[0]);
      await eventually(async () => {
        const [row] = await service.database.query<{ status: string }[]>(
          `SELECT o.status FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id
           WHERE n.team_id = 'directory' AND n.user_id = 'left'`,
        );
        return row?.status === 'unwanted';
      });
      expect([...lettersTo('leo@directory.example'), ...lettersTo('old@directory.example')]).toEqual([]);
      expect((await read(await member('clerk', 'directory'))).email).toBe('cleo@directory.example');
    });

    it.each([
      ['no name', {}, ['/name']],
      ['a name that is empty', { name: ' ' }, ['/name']],
      ['a name with a line end', { name: 'Maria\r\nBcc: x' }, ['/name']],
      ['a name that turns what follows around', { name: 'Maria \u202egreb' }, ['/name']],
      ['a name that is too long', { name: 'x'.repeat(201) }, ['/name']],
      ['an address that is none', { name: 'Maria', email: 'nobody' }, ['/email']],
      ['a role that is not known', { name: 'Maria', teams: { acme: 'owner' } }, ['/teams/acme']],
      ['a team that can not be', { name: 'Maria', teams: { 'a b': 'admin' } }, ['/teams/a b']],
      ['a field that is not known', { name: 'Maria', password: 'x' }, ['/password']],
    ])('refuse %s', async (_name, body, pointers) => {
      const answer = await say('u1', body);
      expect(answer.status).toBe(422);
      expect(problem.parse(JSON.parse(answer.text)).errors?.map(({ pointer }) => pointer)).toEqual(pointers);
    });
  });

  it('decide the language of what is read, before and after', async () => {
    const headers = await member('reader', 'words');
    await publish(SAMPLES.failed({ teamId: 'words', teamLocale: 'de', requestedBy: { userId: 'reader' } }));
    const title = async () => (await request(service.url).get('/v1/notifications').set(headers)).body.items[0].title as string;
    expect(await title()).toBe('Rechnung „2026-0042“ konnte nicht verschickt werden');
    await put(headers, { locale: 'en', channels: all });
    expect(await title()).toBe('Invoice “2026-0042” could not be sent');
  });

  it('hide the inbox when it is switched off, and show it all again', async () => {
    const headers = await member('hider', 'hiding');
    await publish(SAMPLES.failed({ teamId: 'hiding', requestedBy: { userId: 'hider' } }));
    const list = async () => (await request(service.url).get('/v1/notifications').set(headers)).body;
    await put(headers, { channels: { email: true, inbox: false } });
    expect(await list()).toEqual({ items: [], nextCursor: null, unreadCount: 0 });
    await put(headers, { channels: all, muted: { email: [], inbox: ['delivery_failed'] } });
    expect((await list()).unreadCount).toBe(0);
    await put(headers, { channels: all, muted: { email: ['delivery_failed'], inbox: ['delivery_bounced'] } });
    expect((await list()).unreadCount).toBe(1);
  });

  it.each([
    ['no body', {}, ['/channels']],
    ['no channels', { email: null, locale: 'de' }, ['/channels']],
    ['a channel missing', { channels: { email: true } }, ['/channels/inbox']],
    ['a channel that is no yes or no', { channels: { email: 'yes', inbox: 1 } }, ['/channels/email', '/channels/inbox']],
    ['a channel that is not known', { channels: { ...all, sms: true } }, ['/channels/sms']],
    ['a language that is not known', { locale: 'eo', channels: all }, ['/locale']],
    ['an address that is none', { email: 'nobody', channels: all }, ['/email']],
    ['an address with a line end', { email: 'a@b.example\r\nBcc: c@d.example', channels: all }, ['/email']],
    ['an address with a control character', { email: 'a\u0000@b.example', channels: all }, ['/email']],
    ['an address that is too long', { email: `${'a'.repeat(65)}@b.example`, channels: all }, ['/email']],
    ['an address of another type', { email: { address: 'a@b.example' }, channels: all }, ['/email']],
    ['a field that is not known', { channels: all, userId: 'u2' }, ['/userId']],
    ['a type that is not known', { channels: all, muted: { email: ['spam'], inbox: [] } }, ['/muted/email/0']],
    ['a digest that is not known', { channels: all, digest: 'week' }, ['/digest']],
    ['a list', [], ['']],
  ])('refuse %s, field by field', async (_name, body, pointers) => {
    const answer = await put(await member('u1', 'acme'), body);
    expect(answer.status).toBe(422);
    expect(problem.parse(JSON.parse(answer.text)).errors?.map(({ pointer }) => pointer)).toEqual(pointers);
  });
});
