// Overrides options that the publisher of a job set for Bull, so that a job ends only when it has been recorded in PostgreSQL.
import type { Job, JobOptions, Queue } from 'bull';
import { parseJob } from './parse-job.js';

type Processing = { processJob: (job: Job<unknown> | null | undefined, notFetch?: boolean) => Promise<unknown> };

/**
 * Left as they are, `timeout` would fail a job that waits for PostgreSQL, and `removeOnFail` would then delete it with its documents; an
 * unknown `backoff` throws; `preventParsingData` delivers text. Bull reads these options before it calls the handler, so they are changed
 * in processJob (lib/queue.js of Bull 4.16). Which jobs to remove when a worker dies Bull reads in Redis; `GivenUpJobs` handles that.
 */
export function heedNoPublisherOptions(queue: Queue): void {
  const bull = queue as unknown as Processing;
  const process = bull.processJob;
  bull.processJob = (job, notFetch) => {
    if (job) withoutOptions(job);
    return process(job, notFetch);
  };
}

function withoutOptions(job: Job<unknown>): void {
  const options: JobOptions = job.opts;
  // Once the row is committed, Redis has no reason to keep the documents.
  options.removeOnComplete = true;
  delete options.timeout;
  if (options.preventParsingData === true) job.data = parseJob(String(job.data));
  // The handler repeats until the job is recorded, so no failure that arrives here is the job's: it stays active, and starts again when its
  // lock has run out.
  job.moveToFailed = () => Promise.resolve(null);
}
