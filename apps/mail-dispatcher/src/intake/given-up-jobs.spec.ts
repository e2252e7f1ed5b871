// No option of a publisher, no crash and no freeze loses a job: it is taken in after all, or kept as rejected with an alert.
import { DISPATCH_JOB, type DispatchJobInput, type FieldError } from '@billing-mail/contracts';
import { eventually, expectServerErrors } from '@billing-mail/testkit';
import { type JobOptions } from 'bull';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { AcceptDocument } from './accept-document.js';
import { GivenUpJobs } from './given-up-jobs.js';
import { RejectJob } from './reject-job.js';

/** How often Bull lets a job stall (`bullOptions`). */
const STALLS = 10;

describe('a job that Bull would give up on', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ dispatchers: 2 });
  });
  afterAll(() => harness.stop());
  beforeEach(async () => {
    await harness.reset();
    await harness.sql.affected('DELETE FROM dispatch.rejected_jobs');
    await harness.saveSettings(teamSettings('acme'));
  });

  const key = (name: string | number): string => harness.queue.toKey(String(name));
  const rejected = () =>
    harness.sql.rows<{ key: string | null; team_id: string | null; reason: string; errors: FieldError[]; payload: Buffer }>(
      'SELECT * FROM dispatch.rejected_jobs',
    );
  const sweep = async (): Promise<void> => {
    await Promise.all(harness.apps.map((app) => app.get(GivenUpJobs).sweep()));
  };
  const sentOnce = async (job: DispatchJobInput): Promise<void> => {
    const delivery = await harness.until('acme', job.key);
    expect(delivery.status).toBe('sent');
    expect(harness.platform.messages.filter(({ raw }) => raw?.includes(delivery.id))).toHaveLength(1);
  };
  const nothingIsLeft = () =>
    eventually(
      async () => (await harness.queue.client.keys(key('*'))).filter((name) => /dispatch:(\d|mine|de:mine|failed|repeat:.)/.test(name)),
      (keys) => keys.length === 0,
    );

  /** Adds a job as a worker leaves it that died during its intake. `data` is its text in Redis, `stalls` how often it has stalled. */
  const leftBehind = async (data: string, options: JobOptions = {}, stalls = STALLS): Promise<string> => {
    const { client } = harness.queue;
    const id = String(await client.incr(key('id')));
    const opts = JSON.stringify({ attempts: 1, delay: 0, timestamp: Date.now(), ...options });
    await client.hset(key(id), { name: DISPATCH_JOB, data, opts, timestamp: Date.now(), delay: 0, priority: 0, stalledCounter: stalls });
    await client.lpush(key('active'), id);
    return id;
  };
  /** Runs Bull's check for jobs without a worker twice: the first run marks them, the second one treats them as stalled. */
  const lookForStalled = async (): Promise<void> => {
    for (const _look of ['marks', 'takes']) {
      await harness.queue.client.del(key('stalled-check'));
      await harness.apps[0]?.get<{ moveUnlockedJobsToWait(): Promise<void> }>('BullQueue_dispatch').moveUnlockedJobsToWait();
    }
  };
  /** Adds a job to the failed set, where Bull puts a job that it gave up on. */
  const givenUp = async (data: string, rescues = 0): Promise<string> => {
    const id = await leftBehind(data, {}, STALLS + 1);
    await harness.queue.client.hset(key(id), { failedReason: 'job stalled more than allowable limit', rescues });
    await harness.queue.client.multi().lrem(key('active'), 1, id).zadd(key('failed'), Date.now(), id).exec();
    return id;
  };

  const options: [string, JobOptions][] = [
    ['timeout', { timeout: 1 }],
    ['attempts and a backoff of its own', { attempts: 3, backoff: { type: 'nobody knows it', delay: 1 } }],
    ['removeOnFail', { removeOnFail: true }],
    ['removeOnComplete', { removeOnComplete: false }],
    ['delay', { delay: 100 }],
    ['lifo', { lifo: true }],
    ['priority', { priority: 3 }],
    ['jobId', { jobId: 'mine' }],
    ['preventParsingData', { preventParsingData: true }],
    ['repeat', { repeat: { every: 100, limit: 3 } }],
    ['debounce', { debounce: { id: 'mine' } }],
    ['attempts of none, and a trace of none', { attempts: 0, stackTraceLimit: 0 }],
    ['a limit of failed ones, by age and by number', { removeOnFail: { age: 1, count: 1 }, timeout: 1 }],
  ];
  it.each(options)('is taken in once where its publisher set %s, and leaves nothing in Redis', async (_name, asked) => {
    const job = invoice();
    await harness.queue.add(DISPATCH_JOB, job, asked);
    await sentOnce(job);
    await nothingIsLeft();
    expect(await rejected()).toEqual([]);
  });

  it('is taken in under a job id that was used before', async () => {
    for (const job of [invoice(), invoice()]) {
      await harness.queue.add(DISPATCH_JOB, job, { jobId: 'mine', removeOnComplete: false });
      await sentOnce(job);
      await nothingIsLeft();
    }
  });

  it('is not lost when its time-out passes while PostgreSQL is away and the dispatchers end meanwhile', async () => {
    const job = invoice();
    // The test asks for deliveries as soon as PostgreSQL is back, which the dispatcher may still answer with 503.
    expectServerErrors(503);
    await harness.database.halt();
    const accepting = jest.spyOn(AcceptDocument.prototype, 'accept');
    await harness.queue.add(DISPATCH_JOB, job, { timeout: 100, removeOnFail: true });
    await eventually(
      () => accepting.mock.calls.length,
      (count) => count > 1,
    );
    await Promise.all(harness.apps.splice(0).map((app) => app.close()));
    // Longer than any wait between tries: a dispatcher that has ended does not try again.
    const tries = [accepting.mock.calls.length];
    await sleep(5500);
    tries.push(accepting.mock.calls.length);
    await harness.database.start();
    expect(tries).toEqual([tries[0], tries[0]]);
    await Promise.all([harness.startDispatcher(), harness.startDispatcher()]);
    // As if the lock of the dispatcher that ended had expired.
    await harness.queue.client.del(...(await harness.queue.client.keys(key('*:lock'))), 'none');
    await lookForStalled();
    await sentOnce(job);
  });

  it('is taken in after eleven crashes, whatever its publisher said of failed ones', async () => {
    const jobs = [true, 1, { age: 0, count: 1 }].map((removeOnFail) => ({ removeOnFail, job: invoice() }));
    for (const { job, removeOnFail } of jobs) await leftBehind(JSON.stringify(job), { removeOnFail });
    await sweep();
    await lookForStalled();
    await sweep();
    for (const { job } of jobs) await sentOnce(job);
    await nothingIsLeft();
    expect(await rejected()).toEqual([]);
  });

  it('is taken in where it lies in the failed set already, once, however many dispatchers look', async () => {
    const job = invoice();
    await givenUp(JSON.stringify(job));
    await sweep();
    await sentOnce(job);
    await nothingIsLeft();
    expect(await rejected()).toEqual([]);
  });

  it('is kept raw and told once, by one of the dispatchers, where bringing it back did not help', async () => {
    const job = invoice();
    await givenUp(JSON.stringify(job), 3);
    await sweep();
    await sweep();
    const kept = await rejected();
    expect(kept).toMatchObject([
      { key: job.key, reason: 'given_up', errors: [{ pointer: '', message: expect.stringContaining('never finished') }] },
    ]);
    expect(JSON.parse(kept[0]?.payload.toString() ?? '')).toEqual(job);
    expect(await harness.outcomeOf(job.key)).toMatchObject({ requestedBy: { userId: 'u17' }, rejection: { reason: 'given_up' } });
    await nothingIsLeft();
    expect(await harness.delivery('acme', job.key)).toBeNull();
  });

  it('is kept as it is where it is no JSON, and the queue goes on', async () => {
    await givenUp('{"teamId":"acme",', 3);
    const job = invoice();
    await harness.publish(job);
    await sweep();
    expect((await rejected()).map(({ reason, payload }) => [reason, payload.toString()])).toEqual([['given_up', '{"teamId":"acme",']]);
    await sentOnce(job);
  });

  it('is kept once it has failed five times for no known reason, although PostgreSQL is away when it is to be kept', async () => {
    const accepting = jest.spyOn(AcceptDocument.prototype, 'accept').mockRejectedValue(new TypeError('nobody knows why'));
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const keeping = jest.spyOn(RejectJob.prototype, 'reject').mockRejectedValueOnce(away);
    const job = invoice();
    await harness.publish(job);
    const [kept] = await eventually(rejected, (rows) => rows.length > 0);
    expect(kept).toMatchObject({ key: job.key, reason: 'given_up', errors: [{ message: expect.stringContaining('the log says why') }] });
    expect([accepting.mock.calls.length, keeping.mock.calls.length]).toEqual([5, 2]);
    await nothingIsLeft();
  });

  describe('as parsing it would take all of the memory', () => {
    // Small enough that a test machine would survive parsing it: 100 bytes a level.
    const LEVELS = 300_000;
    const beginning = (name: string) =>
      `{"version":1,"key":"${name}","teamId":"acme","requestedBy":{"userId":"u17","locale":"de"},"subject":"a, \\"`;
    const POISON: [string, (name: string) => string][] = [
      ['nested without an end', (name) => `${beginning(name)}","x":${'['.repeat(LEVELS)}`],
      ['nested, and JSON all the same', (name) => `${beginning(name)}","x":${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}}`],
      ['of too many fields', (name) => `${beginning(name)}",${Array.from({ length: LEVELS }, (_, index) => `"f${index}":1`).join(',')}}`],
    ];
    let parsing: jest.SpyInstance;
    beforeEach(() => {
      parsing = jest.spyOn(JSON, 'parse');
    });

    const expectKept = async (name: string, data: string, reason: string): Promise<void> => {
      const [row] = await eventually(rejected, (rows) => rows.length > 0);
      expect(row).toMatchObject({ key: name, team_id: 'acme', reason });
      expect(row?.payload.toString() === data).toBe(true);
      expect(await harness.outcomeOf(name)).toMatchObject({ teamId: 'acme', requestedBy: { userId: 'u17' }, rejection: { reason } });
      expect(parsing.mock.calls.filter(([text]) => String(text).length > LEVELS)).toEqual([]);
      await nothingIsLeft();
    };

    it.each(POISON)('it is kept as it is and told, unparsed, where it was given up: %s', async (_name, poison) => {
      const data = poison('poison-given-up');
      await givenUp(data, 3);
      await sweep();
      await expectKept('poison-given-up', data, 'given_up');
    });

    it.each(POISON)('it is kept as it is and told, unparsed, by whoever takes it over from one that died: %s', async (_name, poison) => {
      const data = poison('poison-taken-over');
      await leftBehind(data, {}, 1);
      await lookForStalled();
      await expectKept('poison-taken-over', data, 'invalid');
    });

    it('it is kept where its publisher wants it as text, or its options are what nobody can parse', async () => {
      const [, [, poison]] = POISON as [unknown, (typeof POISON)[0]];
      const data = poison('poison-as-text');
      await leftBehind(data, { preventParsingData: true }, 1);
      await lookForStalled();
      await expectKept('poison-as-text', data, 'invalid');

      await harness.sql.affected('DELETE FROM dispatch.rejected_jobs');
      const job = { ...invoice(), key: 'poison-in-options' };
      const id = await leftBehind(JSON.stringify(job), {}, 1);
      await harness.queue.client.hset(key(id), { opts: `{"removeOnFail":true,"x":${'['.repeat(LEVELS)}` });
      await sweep();
      await lookForStalled();
      await sentOnce(job);
      await nothingIsLeft();
    });
  });

  it('is no longer looked for where it is gone but for its name', async () => {
    await harness.queue.client.zadd(key('failed'), 1, '4711');
    await sweep();
    expect(await harness.queue.getFailedCount()).toBe(0);
  });
});
