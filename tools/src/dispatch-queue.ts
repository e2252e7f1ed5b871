import { DISPATCH_QUEUE, publishDispatchJob, type DispatchJobInput } from '@billing-mail/contracts';
import { bullOptions, connectionsOf, type RedisEnv } from '@billing-mail/platform';
import Bull from 'bull';
import { CurableError } from './step.js';

const TAKEN_WITHIN_MS = 10_000;

/**
 * Publishes to the queue `dispatch` as invoicing does. Bull waits forever while Redis is down; this function gives up with a CurableError.
 */
export async function publishDocuments(redis: RedisEnv, jobs: DispatchJobInput[]): Promise<void> {
  const queue = new Bull(DISPATCH_QUEUE, bullOptions(redis));
  queue.on('error', () => undefined); // the time limit below reports it
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new CurableError('Redis does not accept the job.', 'see that it runs; npm start keeps its log in .data/logs.');
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
