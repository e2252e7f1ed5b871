import { DISPATCH_QUEUE, publishDispatchJob, type DispatchJobInput } from '@billing-mail/contracts';
import { bullOptions, connectionsOf, type RedisEnv } from '@billing-mail/platform';
import Bull from 'bull';
import { CurableError } from './step.js';

const TAKEN_WITHIN_MS = 10_000;

/** Publishes to the queue `dispatch` just as invoicing does. Bull waits for ever while Redis is away; this gives up. */
export async function publishDocuments(redis: RedisEnv, jobs: DispatchJobInput[]): Promise<void> {
  const queue = new Bull(DISPATCH_QUEUE, bullOptions(redis));
  queue.on('error', () => undefined); // reported by the time limit below
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new CurableError('Redis does not take the job.', 'see that it runs; npm start keeps its log in .data/logs.');
    timer = setTimeout(() => reject(error), TAKEN_WITHIN_MS);
  });
  try {
    for (const job of jobs) await Promise.race([publishDispatchJob(queue, job), late]);
  } finally {
    clearTimeout(timer);
    await queue.close(true);
    for (const connection of connectionsOf(redis)) connection.disconnect();
  }
}
