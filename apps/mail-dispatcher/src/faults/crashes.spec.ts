// The short version of `npm run faults`: dispatchers as real processes, killed and frozen at critical moments, on both routes.
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type DispatchJobInput } from '@billing-mail/contracts';
import { CRASHES_BEFORE_ALONE, DEATHS_ALONE_ALLOWED } from '@billing-mail/mail-core';
import {
  eventually,
  expectServerErrors,
  findFreePort,
  POISON,
  POISON_OF_SERVICES,
  type ScriptedSmtpServer,
  type ServerProcess,
  wholeJsonFiles,
  writePoison,
} from '@billing-mail/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { reportTo } from '../bounces/testing/sample-reports.js';
import { bring } from '../bounces/testing/smtp-sender.js';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { LEASE_MS, startDispatcherProcess } from './testing/dispatcher-process.js';

type State = { status: string; attempts: (string | null)[]; codes: (number | null)[] };
type Deaths = { crashes: number; deaths_alone: number; rehearsals: number; claim_id: string | null };

describe('a dispatcher that dies or stands still', () => {
  let harness: Harness;
  let running: ServerProcess[] = [];
  beforeAll(async () => {
    harness = await startHarness({ dispatchers: 0 });
  });
  afterAll(async () => {
    await endAll();
    await harness.stop();
  });
  beforeEach(async () => {
    await harness.reset();
    await harness.saveSettings(teamSettings('acme'));
    await harness.saveSettings(teamSettings('globex', { sender: 'custom', smtp: ownServer(harness.custom.port) }));
  });

  const endAll = async (): Promise<void> => {
    for (const dispatcher of running) dispatcher.signal('SIGCONT');
    await Promise.all(running.map((dispatcher) => dispatcher.end('SIGKILL')));
    running = [];
  };
  const start = async (env: Record<string, string> = {}): Promise<ServerProcess> => {
    const dispatcher = await startDispatcherProcess(harness, env);
    running.push(dispatcher);
    return dispatcher;
  };
  /** The one dispatcher that runs: a survivor of the test before, or a new one. */
  const only = async (): Promise<ServerProcess> => {
    const [survivor, ...others] = running.filter((dispatcher) => dispatcher.isRunning());
    await Promise.all(others.map((dispatcher) => dispatcher.end('SIGKILL')));
    return survivor ?? start();
  };
  const stateOf = async (job: DispatchJobInput): Promise<State | undefined> => {
    const [row] = await harness.sql.rows<State>(
      `SELECT status,
              ARRAY(SELECT outcome FROM dispatch.attempts WHERE delivery_id = d.id ORDER BY number) AS attempts,
              ARRAY(SELECT code FROM dispatch.attempts WHERE delivery_id = d.id ORDER BY number) AS codes
       FROM dispatch.deliveries d WHERE team_id = $1 AND key = $2`,
      [job.teamId, job.key],
    );
    return row;
  };
  const failureOf = async ({ key }: DispatchJobInput): Promise<string | undefined> =>
    (await harness.sql.rows<{ code: string }>(`SELECT failure ->> 'code' AS code FROM dispatch.deliveries WHERE key = $1`, [key]))[0]?.code;
  const deathsOf = async ({ key }: DispatchJobInput): Promise<Deaths | undefined> =>
    (
      await harness.sql.rows<Deaths>(`SELECT crashes, deaths_alone, rehearsals, claim_id FROM dispatch.deliveries WHERE key = $1`, [key])
    )[0];
  const untilStatus = (job: DispatchJobInput, ...wanted: string[]) =>
    eventually(
      () => stateOf(job),
      (state) => wanted.includes(state?.status ?? ''),
    );
  const routes = () => [
    { server: harness.platform, job: invoice({ teamId: 'acme' }) },
    { server: harness.custom, job: invoice({ teamId: 'globex' }) },
  ];
  /** Publishes a delivery on each route and waits until `isThere` holds for both servers. */
  const leadTo = async (isThere: (server: ScriptedSmtpServer) => boolean) => {
    const both = routes();
    await Promise.all(both.map(({ job }) => harness.publish(job)));
    await eventually(
      () => both.every(({ server }) => isThere(server)),
      (there) => there,
    );
    return both;
  };
  const said = (command: string) => (server: ScriptedSmtpServer) => server.connections.some(({ commands }) => commands.includes(command));

  it('is replaced when it is killed before the end of data is out: sent once, the try is taken back', async () => {
    const killed = await only();
    for (const server of [harness.platform, harness.custom]) server.script = { data: 'stall' };
    const both = await leadTo(said('DATA'));
    await killed.end('SIGKILL');
    for (const server of [harness.platform, harness.custom]) server.script = {};
    await start();
    for (const { server, job } of both) {
      expect(await untilStatus(job, 'sent')).toMatchObject({ attempts: ['accepted'] });
      expect(server.messages).toHaveLength(1);
    }
  });

  it('remembers a 250 that PostgreSQL could not take, across kill -9: sent once', async () => {
    const killed = await only();
    for (const server of [harness.platform, harness.custom]) server.script = { final: { wait: 1000, then: '250 ok' } };
    const both = await leadTo(({ messages }) => messages.length > 0);
    // A dispatcher may answer with 503 until PostgreSQL is back.
    expectServerErrors(503);
    await harness.database.halt('immediate');
    const journal = path.join(harness.folder, 'journal');
    await eventually(
      () => wholeJsonFiles(journal),
      (kept) => kept.length === both.length,
    );
    await killed.end('SIGKILL');
    await harness.database.start();
    await start();
    for (const { server, job } of both) {
      expect(await untilStatus(job, 'sent')).toMatchObject({ attempts: ['accepted'] });
      expect(server.messages).toHaveLength(1);
    }
    expect(await readdir(journal)).toEqual([]);
  });

  it('can not send any more when it stood still so long that another took over', async () => {
    const frozen = await only();
    for (const server of [harness.platform, harness.custom]) server.script = { data: { wait: 800, then: '354 go' } };
    const both = await leadTo(said('DATA'));
    frozen.signal('SIGSTOP');
    await start();
    for (const { job } of both) await untilStatus(job, 'sent');
    frozen.signal('SIGCONT');
    await sleep(LEASE_MS);
    for (const { server } of both) expect(server.messages).toHaveLength(1);
  });

  it('tells of the doubt also when the answer is read after all', async () => {
    const frozen = await only();
    for (const server of [harness.platform, harness.custom]) server.script = { final: { wait: 800, then: '250 ok' } };
    const both = await leadTo(({ messages }) => messages.length > 0);
    frozen.signal('SIGSTOP');
    await start();
    for (const { job } of both) await untilStatus(job, 'sent');
    frozen.signal('SIGCONT');
    for (const { server, job } of both) {
      const state = await eventually(
        () => stateOf(job),
        (now) => now?.codes.every((code) => code === 250) ?? false,
      );
      expect(state).toMatchObject({ status: 'sent', attempts: ['uncertain', 'accepted'] });
      expect(server.messages).toHaveLength(2);
    }
  });

  it('ends in order: what its servers have not answered yet is waited for, what may still be held back goes to another; all sent once', async () => {
    await endAll();
    // Longer than even a busy machine needs: in this test no time-out causes a takeover.
    const patient = { CLAIM_LEASE: '5m', SHUTDOWN_GRACE: '5m', SMTP_REPLY_TIMEOUT: '5m', SMTP_FINAL_REPLY_TIMEOUT: '5m' };
    const ending = await start({ SHUTDOWN_DELAY: '0s', DISPATCH_CONCURRENCY: '4', ...patient });
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const slowly = { final: { wait: answered, then: '250 ok' } };
    for (const server of [harness.platform, harness.custom]) server.script = slowly;
    const answeredLate = await leadTo(({ messages }) => messages.length > 0);
    // The server does not answer DATA of this delivery: its end of data has not gone out, and a process would wait for the reply.
    harness.platform.script = { ...slowly, data: 'stall' };
    const heldBack = invoice({ teamId: 'acme' });
    await harness.publish(heldBack);
    await eventually(
      () => harness.platform.connections.flatMap(({ commands }) => commands).filter((command) => command === 'DATA').length,
      (count) => count === 2,
    );
    ending.signal('SIGTERM');
    harness.platform.script = {};
    await start();
    expect(await untilStatus(heldBack, 'sent')).toMatchObject({ attempts: ['accepted'] });
    expect(ending.isRunning()).toBe(true);
    answer();
    await ending.ended;
    for (const { server, job } of answeredLate) {
      expect(await untilStatus(job, 'sent')).toMatchObject({ attempts: ['accepted'] });
      expect(server.messages).toHaveLength(server === harness.platform ? 2 : 1);
    }
  });

  it('is no fault of what waits for a slow server, however often it is killed meanwhile', async () => {
    const teams = ['t1', 't2', 't3', 't4'];
    for (const teamId of teams)
      await harness.saveSettings(teamSettings(teamId, { sender: 'custom', smtp: ownServer(harness.custom.port) }));
    harness.custom.script = { banner: 'stall' };
    await endAll();
    // The server sends no greeting before the last kill, however long that takes.
    const patient = { SMTP_CONNECT_TIMEOUT: '5m', SMTP_REPLY_TIMEOUT: '5m' };
    let dispatcher = await start(patient);
    const jobs = teams.flatMap((teamId) => Array.from({ length: 4 }, () => invoice({ teamId })));
    await Promise.all(jobs.map((job) => harness.publish(job)));
    // If a dispatcher dies while a delivery is still a job and not yet a row, Bull hands the job on much later.
    await eventually(
      () => harness.sql.rows(`SELECT FROM dispatch.deliveries WHERE team_id = ANY($1)`, [teams]),
      ({ length }) => length === jobs.length,
    );
    const areInHand = async (count: number) =>
      eventually(
        () => harness.sql.rows(`SELECT FROM dispatch.deliveries WHERE team_id = ANY($1) AND claim_id IS NOT NULL`, [teams]),
        ({ length }) => length >= count,
      );
    for (let kill = 1; kill <= 3; kill += 1) {
      // Each of the four teams has three connections to its server.
      await areInHand(12);
      await eventually(
        () => harness.custom.connections.some(({ open }) => open),
        (isConnected) => isConnected,
      );
      await dispatcher.end('SIGKILL');
      if (kill === 3) harness.custom.script = {};
      dispatcher = await start(patient);
    }
    for (const job of jobs) expect(await untilStatus(job, 'sent')).toMatchObject({ attempts: ['accepted'] });
    expect(harness.custom.messages).toHaveLength(jobs.length);
  });

  it('is replaced twice when a delivery kills who composes it; then that one is stopped, and no other', async () => {
    await endAll();
    const env = { NODE_OPTIONS: `--require ${await writePoison(harness.folder)}` };
    const poison = invoice({ teamId: 'acme', subject: `${POISON} 42` });
    const bystanders = [invoice({ teamId: 'acme' }), invoice({ teamId: 'globex' })];
    const first = await start(env);
    for (const job of [poison, ...bystanders]) await harness.publish(job);
    await first.ended;
    // The process may die before it was seen to be ready.
    await start(env).then(
      ({ ended }) => ended,
      () => undefined,
    );
    const last = await start(env);
    await untilStatus(poison, 'failed');
    for (const job of bystanders) await untilStatus(job, 'sent');
    expect(last.isRunning()).toBe(true);
    expect(await failureOf(poison)).toBe('too_many_crashes');
    expect([...harness.platform.messages, ...harness.custom.messages]).toHaveLength(bystanders.length);
  });

  it('is replaced until a delivery that only kills who really sends it was alone often enough; then that one is stopped, and no other', async () => {
    await endAll();
    const env = { NODE_OPTIONS: `--require ${await writePoison(harness.folder)}` };
    const poison = invoice({ teamId: 'acme', subject: `${POISON_OF_SERVICES} 42` });
    const bystanders = [invoice({ teamId: 'acme' }), invoice({ teamId: 'acme' }), invoice({ teamId: 'globex' })];
    for (const job of [poison, ...bystanders]) await harness.publish(job);
    /** Starts a dispatcher and waits until it has died (maybe before it was seen to be ready) or until `isOver` resolves. */
    const startUntil = async (isOver: () => Promise<unknown>): Promise<ServerProcess | undefined> => {
      const dispatcher = await start(env).catch(() => undefined);
      await Promise.race([dispatcher?.ended, isOver()]);
      return dispatcher;
    };
    const never = (): Promise<never> => new Promise(() => undefined);
    while ((await stateOf(poison)) === undefined) await startUntil(never);
    // As if other dispatchers had died before. To let them die would take long, and each death would be the same.
    const died = { crashes: CRASHES_BEFORE_ALONE - 1, alone: DEATHS_ALONE_ALLOWED - 2 };
    await harness.sql.affected('UPDATE dispatch.deliveries SET crashes = $2, deaths_alone = $3 WHERE key = $1', [
      ...[poison.key, died.crashes, died.alone],
    ]);
    const isStopped = () =>
      eventually(
        async () => ({ ...(await stateOf(poison)), ...(await deathsOf(poison)) }),
        ({ status }) => status === 'failed',
      );
    let survivor: ServerProcess | undefined;
    // A dispatcher that died before it had the delivery in hand does not count.
    for (let starts = 1; survivor?.isRunning() !== true; starts += 1) {
      expect(starts).toBeLessThan(9);
      survivor = await startUntil(isStopped);
    }
    expect(await failureOf(poison)).toBe('too_many_crashes');
    for (const job of bystanders) await untilStatus(job, 'sent');
    expect(harness.platform.messages.filter(({ raw }) => raw?.includes(POISON_OF_SERVICES))).toEqual([]);
    expect(await deathsOf(poison)).toMatchObject({ crashes: died.crashes + 3, deaths_alone: DEATHS_ALONE_ALLOWED });
  });

  it('finds in PostgreSQL what Redis has forgotten', async () => {
    const killed = await only();
    for (const server of [harness.platform, harness.custom]) server.script = { data: 'stall' };
    const both = await leadTo(said('DATA'));
    await killed.end('SIGKILL');
    await harness.redis.flush();
    for (const server of [harness.platform, harness.custom]) server.script = {};
    await start();
    for (const { server, job } of both) {
      await untilStatus(job, 'sent');
      expect(server.messages).toHaveLength(1);
    }
  });

  it.each([
    ['retry', ['sent'], 2, ['uncertain', 'accepted']],
    ['hold', ['uncertain'], 1, ['uncertain']],
  ])('leaves a logged doubt when it is killed after the end of data went out (%s)', async (policy, wanted, copies, attempts) => {
    await endAll();
    const killed = await start({ UNCERTAIN_POLICY: policy });
    for (const server of [harness.platform, harness.custom]) server.script = { final: 'stall' };
    const both = await leadTo(({ messages }) => messages.length > 0);
    await killed.end('SIGKILL');
    for (const server of [harness.platform, harness.custom]) server.script = {};
    await start({ UNCERTAIN_POLICY: policy });
    for (const { server, job } of both) {
      expect(await untilStatus(job, ...wanted)).toMatchObject({ attempts });
      expect(server.messages).toHaveLength(copies);
      expect(new Set(server.messages.map(({ sha256 }) => sha256)).size).toBe(1);
    }
  });

  it('loses no report when it is killed between its receipt and its commit: the sender repeats it, and it is told once', async () => {
    await endAll();
    const [reports, DOMAIN] = [await findFreePort(), 'bounce.platform.example'];
    const env = { BOUNCE_DOMAIN: DOMAIN, BOUNCE_SECRET: `k1:${randomBytes(32).toString('base64')}`, BOUNCE_SMTP_PORT: String(reports) };
    const killed = await start(env);
    const job = invoice({ teamId: 'acme', to: ['anna@customer.example', 'bert@customer.example'].map((address) => ({ address })) });
    await harness.publish(job);
    await untilStatus(job, 'sent');
    const returnPath = harness.platform.messages[0]?.from ?? '';
    const bringReport = async () =>
      (await bring(reports, [returnPath], reportTo(returnPath, [{ address: 'bert@customer.example' }]))).at(-1);
    const recipients = () =>
      harness.sql.rows<{ status: string }>(
        'SELECT r.status FROM dispatch.recipients r JOIN dispatch.deliveries d ON d.id = r.delivery_id WHERE d.key = $1 ORDER BY r.position',
        [job.key],
      );
    const bounces = () => harness.outcomes.filter(({ type }) => type === 'delivery_bounced');

    // The dispatcher receives the whole report, but a lock keeps it from writing anything.
    const lock = new Client({ connectionString: harness.database.url });
    await lock.connect();
    await lock.query('BEGIN');
    await lock.query('SELECT FROM dispatch.deliveries WHERE key = $1 FOR UPDATE', [job.key]);
    const unanswered = bringReport();
    await eventually(
      () => harness.sql.rows(`SELECT FROM pg_stat_activity WHERE application_name = 'mail-dispatcher' AND wait_event_type = 'Lock'`),
      (waiting) => waiting.length > 0,
    );
    await killed.end('SIGKILL');
    expect(await unanswered).toMatchObject({ command: '.', text: '421 closed' });
    await lock.end();
    expect(await recipients()).toEqual([{ status: 'accepted' }, { status: 'accepted' }]);

    await start(env);
    expect(await bringReport()).toMatchObject({ command: '.', code: 250 });
    expect(await recipients()).toEqual([{ status: 'accepted' }, { status: 'bounced' }]);
    await eventually(bounces, (told) => told.length > 0);
    expect(await bringReport()).toMatchObject({ command: '.', code: 250 });
    await eventually(
      () => harness.sql.rows('SELECT FROM dispatch.outbox'),
      (left) => left.length === 0,
    );
    expect(bounces()).toHaveLength(1);
  });
});
