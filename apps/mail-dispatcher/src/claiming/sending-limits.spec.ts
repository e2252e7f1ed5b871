// Limits of a team's own server, kept by two dispatchers together, on real PostgreSQL, Redis and SMTP sockets; a minute is a second here.
import { randomBytes } from 'node:crypto';
import { eventually } from '@billing-mail/testkit';
import { type DeliveryForecast, type DispatchJobInput, type SendingLimits } from '@billing-mail/contracts';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { PacedLanes } from '../trying/paced-lanes.js';
import { SendingAccounts } from '../trying/sending-accounts.js';

const WINDOWS = { minuteMs: 1000, dayMs: 24 * 3_600_000 };
const LIMITS = { connections: 3, messagesPerMinute: 30 };
const COUNT = 75;

describe('the limits of a team’s server', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ dispatchers: 2, windows: WINDOWS, env: { SMTP_SESSION_IDLE: '1s' } });
  });
  afterAll(() => harness.stop());
  beforeEach(() => harness.reset());

  const customTeam = (teamId: string, limits: SendingLimits, version = 1) =>
    harness.saveSettings(teamSettings(teamId, { sender: 'custom', smtp: ownServer(harness.custom.port, { limits }), version }));

  const signedInTeam = (teamId: string, password: string, limits: SendingLimits) =>
    harness.saveSettings(
      teamSettings(teamId, { sender: 'custom', smtp: { ...harness.serverWithPassword(teamId, harness.custom.port, password), limits } }),
    );

  const accountOf = (teamId: string, server: Parameters<SendingAccounts['namesOf']>[1]): string => {
    const [app] = harness.apps;
    if (app === undefined) throw new Error('No dispatcher runs.');
    return app.get(SendingAccounts).namesOf(teamId, server).own;
  };

  const forecast = async (teamId: string, query = ''): Promise<DeliveryForecast> =>
    (await harness.http().get(`/v1/teams/${teamId}/deliveries/forecast${query}`).set('Authorization', `Bearer ${harness.serviceToken}`))
      .body as DeliveryForecast;

  it('hold for two dispatchers together, cost no try, and let the last message go no earlier than foretold', async () => {
    const times: number[] = [];
    let lastAt = 0;
    harness.custom.script = { mail: () => (times.push(performance.now()), (lastAt = Date.now()), '250 ok') };
    await customTeam('limited', LIMITS);
    const askedAt = Date.now();
    const foretold = await forecast('limited', `?documents=${COUNT}`);
    const answeredAt = Date.now();
    expect(foretold).toMatchObject({ waiting: COUNT, heldByLimits: COUNT - LIMITS.messagesPerMinute, limits: LIMITS });
    const endsAt = Date.parse(foretold.endsAt ?? '') - Math.floor((COUNT - 1) / LIMITS.messagesPerMinute) * WINDOWS.minuteMs;
    expect(endsAt).toBeGreaterThanOrEqual(askedAt);
    expect(endsAt).toBeLessThanOrEqual(answeredAt);
    const jobs = Array.from({ length: COUNT }, () => invoice({ teamId: 'limited' }));
    await Promise.all(jobs.map((job) => harness.publish(job)));
    const tries = new Set<string>();
    for (const { key } of jobs) {
      const { status, attempts } = await harness.until('limited', key);
      tries.add(`${status} in ${attempts.length}`);
    }
    expect(tries).toEqual(new Set(['sent in 1']));
    // How much later the last message goes depends on the machine. Both clocks are read in whole milliseconds.
    expect(lastAt).toBeGreaterThan(Date.parse(foretold.endsAt ?? '') - 2);
    expect(harness.custom.maxConcurrentConnections).toBeLessThanOrEqual(3);
    times.sort((a, b) => a - b);
    for (const [index, at] of times.entries())
      expect((times[index + LIMITS.messagesPerMinute] ?? Infinity) - at).toBeGreaterThan(WINDOWS.minuteMs - 1);
  });

  it('hold up nobody else, and as many documents as foretold: a window that does not end here lets through what fits, in two dispatchers', async () => {
    const limits = { connections: 3, recipientsPerDay: 30 };
    await customTeam('full-day', limits);
    await harness.saveSettings(teamSettings('other'));
    const foretold = await forecast('full-day', `?documents=${COUNT}`);
    const jobs = Array.from({ length: COUNT }, () => invoice({ teamId: 'full-day' }));
    const others = Array.from({ length: 20 }, () => invoice({ teamId: 'other' }));
    await Promise.all([...jobs, ...others].map((job) => harness.publish(job)));
    for (const { key } of others) expect((await harness.until('other', key)).status).toBe('sent');
    const ends: string[] = [];
    for (const { key } of jobs) {
      const { status, failure } = await harness.until('full-day', key, (now) => now.status === 'sent' || now.failure !== null);
      ends.push(failure?.code ?? status);
    }
    const held = ends.filter((end) => end === 'sending_limit').length;
    expect([held, ends.filter((end) => end === 'sent').length]).toEqual([foretold.heldByLimits, limits.recipientsPerDay]);
    expect(harness.custom.messages).toHaveLength(limits.recipientsPerDay);
    // The forecast for the rest needs as many windows as before, because only a small part of the first one has passed.
    const left = await forecast('full-day');
    expect(left).toMatchObject({ waiting: held, heldByLimits: held });
    const windows = ({ endsAt }: DeliveryForecast) => Math.round((Date.parse(endsAt ?? '') - Date.now()) / WINDOWS.dayMs);
    expect([windows(foretold), windows(left)]).toEqual([2, 2]);
  });

  it('hold for two teams together that sign in by the same account, and cost no try', async () => {
    const times: number[] = [];
    // The connections that were kept for the teams of earlier tests must not be counted here.
    await harness.custom.allClosed();
    harness.custom.forget();
    harness.custom.script = {
      ...{ security: 'starttls', accounts: [{ username: 'billing', password: 'shared' }] },
      mail: () => (times.push(performance.now()), '250 ok'),
    };
    const teams = ['east', 'west'];
    for (const teamId of teams) await signedInTeam(teamId, 'shared', LIMITS);
    const jobs = teams.flatMap((teamId) => Array.from({ length: 40 }, () => invoice({ teamId })));
    await Promise.all(jobs.map((job) => harness.publish(job)));
    const tries = new Set<string>();
    for (const { teamId, key } of jobs) {
      const { status, attempts } = await harness.until(teamId, key);
      tries.add(`${status} in ${attempts.length}`);
    }
    expect(tries).toEqual(new Set(['sent in 1']));
    expect(harness.custom.maxConcurrentConnections).toBeLessThanOrEqual(LIMITS.connections);
    times.sort((a, b) => a - b);
    for (const [index, at] of times.entries())
      expect((times[index + LIMITS.messagesPerMinute] ?? Infinity) - at).toBeGreaterThan(WINDOWS.minuteMs - 1);
  });

  it('leave alone who has another account with the same user name, and foretell by what all teams of an account have sent', async () => {
    harness.custom.script = { security: 'starttls', accounts: ['of two', 'apart'].map((password) => ({ username: 'billing', password })) };
    const limits = { recipientsPerDay: 1 };
    await signedInTeam('first', 'of two', limits);
    await signedInTeam('second', 'of two', limits);
    await signedInTeam('stranger', 'apart', limits);
    const [first, second, strange] = ['first', 'second', 'stranger'].map((teamId) => invoice({ teamId }));
    if (first === undefined || second === undefined || strange === undefined) throw new Error('There are three.');
    await harness.publish(first);
    await harness.until('first', first.key);
    await harness.publish(second);
    await harness.publish(strange);
    expect((await harness.until('stranger', strange.key)).status).toBe('sent');
    const waiting = await harness.until('second', second.key, ({ failure }) => failure !== null);
    expect(waiting).toMatchObject({ attempts: [], failure: { code: 'sending_limit' } });
    const foretold = await forecast('second');
    expect(foretold).toMatchObject({ waiting: 1, heldByLimits: 1 });
    expect(Date.parse(foretold.endsAt ?? '')).toBeGreaterThan(Date.now() + WINDOWS.dayMs / 2);
    expect(await forecast('first')).toMatchObject({ waiting: 0, endsAt: null });
  });

  it('are those of a connected mailbox, for each team that the server has let sign in to it, and for nobody who only names it', async () => {
    const mailbox = 'shared@acme.example';
    harness.custom.script = { security: 'starttls', accounts: [{ username: mailbox, password: 'good' }], mechanisms: 'XOAUTH2' };
    harness.answerTokens(({ teamId }) => (teamId === 'names-it' ? 'bad' : 'good'));
    const connected = (teamId: string, recipientsPerDay: number): Promise<void> => {
      const connection = { id: teamId, provider: 'microsoft' as const, mailbox, connectedAt: new Date().toISOString(), trouble: null };
      const auth = { type: 'oauth2' as const, connection };
      const smtp = ownServer(harness.custom.port, { security: 'starttls', auth, limits: { recipientsPerDay } });
      return harness.saveSettings(teamSettings(teamId, { sender: 'custom', fallback: false, smtp }));
    };
    const sends = async (teamId: string): Promise<DispatchJobInput> => {
      const job = invoice({ teamId });
      await harness.publish(job);
      return job;
    };
    await connected('names-it', 5);
    const strange = await sends('names-it');
    await harness.until('names-it', strange.key, ({ attempts }) => attempts.length > 0);
    for (const teamId of ['one', 'two']) {
      await connected(teamId, 3);
      expect((await harness.until(teamId, (await sends(teamId)).key)).status).toBe('sent');
    }
    // From here on both teams are one account, which has sent two messages; the refused message of the stranger does not count for it.
    expect((await harness.until('two', (await sends('two')).key)).status).toBe('sent');
    for (const teamId of ['one', 'two']) {
      const { key } = await sends(teamId);
      const waiting = await harness.until(teamId, key, ({ failure }) => failure !== null);
      expect(waiting).toMatchObject({ attempts: [], failure: { code: 'sending_limit' } });
    }
  });

  it('of a day let a delivery wait, say which and until when, and let it go once they are lifted', async () => {
    await customTeam('daily', { recipientsPerDay: 1 });
    const [first, second] = [invoice({ teamId: 'daily' }), invoice({ teamId: 'daily' })];
    await harness.publish(first);
    await harness.until('daily', first.key);
    await harness.publish(second);
    const waiting = await harness.until('daily', second.key, ({ failure }) => failure !== null);
    expect(waiting).toMatchObject({
      attempts: [],
      failure: { code: 'sending_limit', message: expect.stringContaining('1 recipients per day') },
    });
    const nextTryAt = Date.parse(waiting.nextTryAt ?? '');
    expect(nextTryAt).toBeGreaterThan(Date.now() + WINDOWS.dayMs / 2);

    const foretold = await forecast('daily');
    expect(foretold).toEqual({ waiting: 1, heldByLimits: 1, limits: { recipientsPerDay: 1 }, endsAt: expect.any(String) });
    expect(Math.abs(Date.parse(foretold.endsAt ?? '') - nextTryAt)).toBeLessThan(WINDOWS.dayMs / 10);
    const withFurther = await forecast('daily', '?documents=2');
    expect(withFurther.waiting).toBe(3);
    expect(Date.parse(withFurther.endsAt ?? '') - Date.parse(foretold.endsAt ?? '')).toBeGreaterThan(1.9 * WINDOWS.dayMs);

    await customTeam('daily', {}, 2);
    expect((await harness.until('daily', second.key)).status).toBe('sent');
    expect(await forecast('daily')).toEqual({ waiting: 0, heldByLimits: 0, limits: null, endsAt: null });
  });

  it('are kept by the dispatcher that sends by the account, and go on counting when the next one takes it', async () => {
    const lane = 'passed-on/custom';
    const account = accountOf('passed-on', ownServer(harness.custom.port));
    await harness.sql.rows(`INSERT INTO dispatch.paced_accounts VALUES ($1, 'a dispatcher elsewhere', now() + interval '1 day')`, [
      account,
    ]);
    await harness.sql.rows(
      `INSERT INTO dispatch.paced_sends (lane, account, began_at, messages, recipients) VALUES ($1, $2, now() - interval '1 hour', 4, 9)`,
      [lane, account],
    );
    await customTeam('passed-on', { recipientsPerDay: 10 });
    const [first, second] = [invoice({ teamId: 'passed-on' }), invoice({ teamId: 'passed-on' })];
    await harness.publish(first);
    const isKnown = () => harness.apps.some((app) => app.get(PacedLanes).known().includes(lane));
    await eventually(isKnown, (known) => known);
    await harness.until('passed-on', first.key, ({ status }) => status === 'queued');
    expect(harness.custom.messages).toHaveLength(0);

    await harness.sql.rows('DELETE FROM dispatch.paced_accounts WHERE account = $1', [account]);
    expect(await harness.until('passed-on', first.key)).toMatchObject({ status: 'sent', attempts: [{ number: 1 }] });
    await harness.publish(second);
    const waiting = await harness.until('passed-on', second.key, ({ failure }) => failure !== null);
    expect(waiting).toMatchObject({ attempts: [], failure: { code: 'sending_limit' } });
    const inMs = Date.parse(waiting.nextTryAt ?? '') - Date.now();
    expect(inMs).toBeGreaterThan(WINDOWS.dayMs / 2);
    expect(inMs).toBeLessThan(WINDOWS.dayMs);
  });

  it('are those of the same account in every step of a rotation of keys, in which some dispatchers know other keys than others', async () => {
    const [first] = harness.env.SECRET_KEYS;
    if (first === undefined) throw new Error('The dispatchers have a key.');
    const [second, third] = ['k2', 'k3'].map((id) => ({ id, key: randomBytes(32) }));
    if (second === undefined || third === undefined) throw new Error('There are two.');
    const server = ownServer(harness.custom.port);
    const names = [accountOf('rotates', server)];
    // Each dispatcher starts with the keys of its step while the dispatchers of earlier steps still run.
    for (const keys of [[first, second], [first], [first, second], [second, first], [second], [second, third], [third]]) {
      const dispatcher = await harness.startDispatcher({ SECRET_KEYS: keys });
      names.push(dispatcher.get(SendingAccounts).namesOf('rotates', server).own);
    }
    expect(new Set(names).size).toBe(1);
    // No seal of an old key is left, so whoever finds that key later can open nothing with it.
    const [row] = await harness.sql.rows<{ seals: string[] }>('SELECT seals FROM dispatch.account_naming_key');
    expect(row?.seals.map((seal) => seal.split('.')[1])).toEqual(['k3']);
  });

  it('begin to count again where no key is left that the name of an account could be made with', async () => {
    const server = ownServer(harness.custom.port);
    const keys = { SECRET_KEYS: [{ id: 'other', key: randomBytes(32) }] };
    const [one, two] = [await harness.startDispatcher(keys), await harness.startDispatcher(keys)].map(
      (dispatcher) => dispatcher.get(SendingAccounts).namesOf('lost', server).own,
    );
    expect(one).toBe(two);
    expect(one).not.toBe(accountOf('lost', server));
  });
});
