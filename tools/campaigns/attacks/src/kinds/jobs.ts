// Jobs that are poison, and options of a publisher that would have Bull lose a job.
import { DISPATCH_JOB } from '@billing-mail/contracts';
import { type JobOptions } from 'bull';
import { invoice } from '@billing-mail/tools/stage';
import { type Attack, type Kind } from '../attack.js';
import { TEAM } from '../callers.js';

const POISON = 3_000_000;

const poisoned: Attack = {
  name: 'poisoned',
  tries: `a job of 6 MB with ${POISON} recipients that are none`,
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

const OPTIONS: readonly JobOptions[] = [
  { timeout: 1 },
  { attempts: 1, removeOnFail: true },
  { attempts: 50, backoff: { type: 'no-such-strategy' } },
  { backoff: 86_400_000, attempts: 2, timeout: 1 },
  { removeOnComplete: false },
  { priority: 2_097_152 },
  { stackTraceLimit: 0, preventParsingData: true },
];

const options: Attack = {
  name: 'publisher-options',
  tries: `${OPTIONS.length} invoices with options by which Bull would fail, forget or keep them`,
  expects: 'each sent once',
  run: async (attempt) => {
    const { invoicing, database } = attempt.site.stage;
    const jobs = OPTIONS.map((option) => ({ job: invoice(TEAM), option }));
    await Promise.all(jobs.map(({ job, option }) => invoicing.jobs.add(DISPATCH_JOB, job, option)));
    const sent = async (): Promise<number> =>
      (
        await database.one<{ count: number }>(
          `SELECT count(*)::int AS count FROM dispatch.deliveries WHERE status = 'sent' AND key = ANY($1)`,
          [jobs.map(({ job }) => job.key)],
        )
      ).count;
    await attempt.awaits('all sent', async () => (await sent()) === jobs.length);
    return `${await sent()} of ${jobs.length} sent`;
  },
};

export const jobs: Kind = { name: 'jobs', attacks: [poisoned, options] };
