// Poisonous jobs, and job options with which a publisher could make Bull lose a job.
import { DISPATCH_JOB } from '@billing-mail/contracts';
import { mutate, randomBy } from '@billing-mail/testkit';
import { type JobOptions } from 'bull';
import { invoice } from '@billing-mail/tools/stage';
import { type Attack, type Attempt, type Kind } from '../attack.js';
import { FUZZ_SEED } from '../fuzz-seed.js';
import { TEAM } from '../callers.js';

const POISON = 900_000;

const poisoned: Attack = {
  name: 'poisoned',
  tries: `a job of 2 MB with ${POISON} recipients that are none`,
  expects: 'kept as rejected with at most a hundred errors, its clerk is told, the dispatcher lives',
  run: async (attempt) => {
    const { database, invoicing } = attempt.site.stage;
    const { pid } = attempt.site.services['mail-dispatcher'];
    const job = invoice(TEAM, { requestedBy: { userId: 'acme-admin' } });
    await invoicing.jobs.add(DISPATCH_JOB, { ...job, to: Array.from({ length: POISON }, () => 1) });
    const errorsOf = () =>
      database.rows<{ errors: number }>('SELECT jsonb_array_length(errors) AS errors FROM dispatch.rejected_jobs WHERE key = $1', [
        job.key,
      ]);
    await attempt.awaits('kept as rejected', async () => (await errorsOf()).length === 1);
    await attempt.awaits('told', async () =>
      (await attempt.site.ask('notification-service', '/v1/notifications', { as: 'admin' })).text.includes('"job_rejected"'),
    );
    const [row] = await errorsOf();
    attempt.expect((row?.errors ?? 0) <= 101, `${row?.errors} errors`);
    attempt.expect(attempt.site.services['mail-dispatcher'].pid === pid, 'the dispatcher is another one');
    return `kept with ${row?.errors} errors`;
  },
};

const NESTED_MB = 38;
/** Writes a job to Redis as Bull stores it: in the list of waiting jobs, or among the failed jobs that have been returned often enough. */
async function putInRedis(attempt: Attempt, data: string, isGivenUp: boolean): Promise<void> {
  const { jobs } = attempt.site.stage.invoicing;
  const id = String(await jobs.client.incr(jobs.toKey('id')));
  const now = Date.now();
  const fields = { name: DISPATCH_JOB, data, opts: '{"attempts":1}', timestamp: now, delay: 0, priority: 0 };
  await jobs.client.hset(jobs.toKey(id), { ...fields, ...(isGivenUp && { failedReason: 'stalled', rescues: 3 }) });
  await (isGivenUp ? jobs.client.zadd(jobs.toKey('failed'), now, id) : jobs.client.lpush(jobs.toKey('wait'), id));
}

const unparsable: Attack = {
  name: 'unparsable',
  tries: `two jobs that go on with ${NESTED_MB} MB of "[", one of them given up by Bull; parsing one takes 4 GB`,
  expects: 'both kept as rejected, their clerk is told, nothing left in the queue, the dispatcher lives',
  run: async (attempt) => {
    const { database } = attempt.site.stage;
    const { pid } = attempt.site.services['mail-dispatcher'];
    const keys = ['unparsable-waiting', 'unparsable-given-up'];
    for (const [index, key] of keys.entries()) {
      const named = { key, requestedBy: { userId: 'acme-admin' }, document: { id: key, type: 'invoice' } } as const;
      const { attachments: _attachments, ...job } = invoice(TEAM, named);
      await putInRedis(attempt, `${JSON.stringify(job).slice(0, -1)},"x":${'['.repeat(NESTED_MB * 1024 * 1024)}`, index === 1);
    }
    const kept = () =>
      database.rows<{ reason: string }>('SELECT reason FROM dispatch.rejected_jobs WHERE key = ANY($1) ORDER BY reason', [keys]);
    await attempt.awaits('kept as rejected', async () => (await kept()).length === keys.length);
    await attempt.awaits('nothing left in the queue', () => isQueueEmpty(attempt));
    const reasons = (await kept()).map(({ reason }) => reason);
    attempt.expect(reasons.join() === 'given_up,invalid', `kept as ${reasons.join()}`);
    const told = async () => (await attempt.site.ask('notification-service', '/v1/notifications', { as: 'admin' })).text;
    for (const key of keys) await attempt.awaits(`told of ${key}`, async () => (await told()).includes(`"documentId":"${key}"`));
    attempt.expect(attempt.site.services['mail-dispatcher'].pid === pid, 'the dispatcher is another one');
    return `kept as ${reasons.join(' and ')}`;
  },
};

const DAY_MS = 86_400_000;
const OPTIONS: readonly [name: string, options: JobOptions][] = [
  ['timeout', { timeout: 1 }],
  ['attempts and removeOnFail', { attempts: 1, removeOnFail: true }],
  ['an unknown backoff', { attempts: 50, backoff: { type: 'no-such-strategy' } }],
  ['a backoff of a day', { backoff: DAY_MS, attempts: 2, timeout: 1 }],
  ['removeOnComplete', { removeOnComplete: false }],
  ['delay', { delay: 500 }],
  ['repeat', { repeat: { every: 300, limit: 3 } }],
  ['lifo', { lifo: true }],
  ['priority', { priority: 2_097_152 }],
  // A unique id: Bull drops whatever is added under an id in use before anybody sees it (docs/integrating.md).
  ['a jobId', { jobId: 'chosen by the publisher' }],
  ['preventParsingData', { stackTraceLimit: 0, preventParsingData: true }],
  ['all of them', { timeout: 1, attempts: 3, backoff: 1, removeOnFail: 1, lifo: true, delay: 1, jobId: 'another' }],
];

const options: Attack = {
  name: 'publisher-options',
  tries: `an invoice each with options by which Bull would fail, forget, hide or repeat it: ${OPTIONS.map(([name]) => name).join(', ')}`,
  expects: 'each sent, by one mail, and nothing left in the queue',
  run: async (attempt) => {
    const { invoicing, database, platform } = attempt.site.stage;
    const jobs = OPTIONS.map(([name, option]) => ({ name, option, job: invoice(TEAM) }));
    const mailsOf = (key: string): number =>
      platform.messages.filter(({ recipients }) => recipients.some(({ address }) => address === `a.${key}@customer.example`)).length;
    await Promise.all(jobs.map(({ job, option }) => invoicing.jobs.add(DISPATCH_JOB, job, option)));
    const keys = jobs.map(({ job }) => job.key);
    const sent = () =>
      database.rows<{ key: string }>("SELECT key FROM dispatch.deliveries WHERE status = 'sent' AND key = ANY($1)", [keys]);
    await attempt.awaits('all sent', async () => (await sent()).length === jobs.length);
    await attempt.awaits('nothing left in the queue', () => isQueueEmpty(attempt));
    const sentKeys = (await sent()).map(({ key }) => key);
    for (const { name, job } of jobs) {
      attempt.expect(sentKeys.includes(job.key), `${name}: not sent`);
      attempt.expect(mailsOf(job.key) === 1, `${name}: ${mailsOf(job.key)} mails`);
    }
    return `${sentKeys.length} of ${jobs.length} sent, ${keys.reduce((sum, key) => sum + mailsOf(key), 0)} mails`;
  },
};

/** Whether no job is left in the queue, including the jobs that Bull has given up. */
async function isQueueEmpty({ site }: Attempt): Promise<boolean> {
  const { waiting, active, delayed, failed } = await site.stage.invoicing.jobs.getJobCounts();
  return waiting + active + delayed + failed === 0;
}

const AT_ONCE = 100;
/** Ends only what hangs. */
const withinMs = (jobs: number): number => Math.max(240_000, jobs * 120);

/** Counts what became of the jobs that the dispatcher took from the queue. */
const COUNTS = `SELECT (SELECT count(*)::int FROM dispatch.deliveries WHERE key NOT LIKE 'bystander-%') AS taken,
  (SELECT count(*)::int FROM dispatch.rejected_jobs) AS rejected,
  (SELECT count(*)::int FROM dispatch.rejected_jobs WHERE reason = 'given_up') AS "givenUp",
  (SELECT count(*)::int FROM dispatch.rejected_jobs WHERE jsonb_array_length(errors) = 0 OR EXISTS (
     SELECT FROM jsonb_array_elements(errors) error WHERE jsonb_typeof(error -> 'pointer') IS DISTINCT FROM 'string' OR error ->> 'message' = '')) AS unexplained`;
type Counts = { taken: number; rejected: number; givenUp: number; unexplained: number };

/** Publishes `times` jobs with random errors and checks what became of each. */
export async function publishMutated(attempt: Attempt, times: number): Promise<string> {
  const { database, invoicing } = attempt.site.stage;
  const dispatcher = attempt.site.services['mail-dispatcher'];
  const { pid } = dispatcher;
  const random = randomBy(FUZZ_SEED);
  const before = await database.one<Counts>(COUNTS);
  const made = { html: '<p>Hello</p>', cc: [{ address: 'c@customer.example', name: 'Ünïcode' }], sendAt: '2026-01-01T07:00:00Z' };
  for (let left = times; left > 0; left -= AT_ONCE) {
    const jobs = Array.from({ length: Math.min(AT_ONCE, left) }, () => mutate(invoice(TEAM, made), random));
    await invoicing.jobs.addBulk(jobs.map((data) => ({ name: DISPATCH_JOB, data })));
  }
  await attempt.awaits('the queue is empty', () => isQueueEmpty(attempt), withinMs(times));
  const after = await database.one<Counts>(COUNTS);
  const [taken, rejected] = [after.taken - before.taken, after.rejected - before.rejected];
  attempt.expect(taken + rejected === times, `${taken} taken and ${rejected} rejected of ${times}`);
  attempt.expect(taken > 0 && rejected > 0, 'all or none taken: it is not the edge that was tried');
  attempt.expect(after.givenUp === before.givenUp, `${after.givenUp - before.givenUp} given up`);
  attempt.expect(after.unexplained === 0, `${after.unexplained} rejected without a pointer`);
  attempt.expect(dispatcher.pid === pid && dispatcher.isRunning, 'the dispatcher is another one');
  return `${taken} taken, ${rejected} rejected with a pointer, by seed ${FUZZ_SEED}`;
}
export const mutatedJobs = (count: string): string => `${count} invoices made wrong in one to four places, through the queue`;
export const MUTATED_END = 'each is a delivery or kept as rejected with a pointer, none failed in Bull, the dispatcher is the same';

const MUTATED = 300;
const mutated: Attack = {
  name: 'mutated',
  tries: mutatedJobs(String(MUTATED)),
  expects: MUTATED_END,
  run: (attempt) => publishMutated(attempt, MUTATED),
};

export const jobs: Kind = { name: 'jobs', attacks: [poisoned, unparsable, options, mutated] };
