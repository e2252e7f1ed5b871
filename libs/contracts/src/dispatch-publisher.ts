import { dispatchJobSchema, type DispatchJobInput } from './dispatch-job.js';
import { DISPATCH_JOB } from './names.js';

/** What is needed of a Bull queue (`new Queue(DISPATCH_QUEUE, redisUrl, { prefix: QUEUE_PREFIX })`) to publish to it. */
export type JobQueue = { add(name: string, data: unknown, options: object): Promise<unknown> };

/**
 * Publishes a document as invoicing does. Checks it first, so that a mistake is thrown where it was made (`ZodError` with a
 * path per field) instead of turning up in `rejected_jobs`. Resolves when Redis has taken the job. Publishing the same key
 * again is safe: it stays one delivery.
 */
export async function publishDispatchJob(queue: JobQueue, job: DispatchJobInput): Promise<void> {
  dispatchJobSchema().parse(job);
  // The delivery's row in PostgreSQL is what counts, so finished jobs are not kept. No job id: while one is in use Bull drops whatever comes under it.
  await queue.add(DISPATCH_JOB, job, { removeOnComplete: true, removeOnFail: false, attempts: 1 });
}
