// Overrides options that the publisher of a job set for Bull, so that a job ends only when it has been recorded in PostgreSQL.
import type { Job, JobOptions, Queue } from 'bull';
import { parseJob } from './parse-job.js';

type Processing = { processJob: (job: Job<unknown> | null | undefined, notFetch?: boolean) => Promise<unknown> };

/**
 * Makes the queue ignore options of publishers. Otherwise `timeout` would fail a job that waits for PostgreSQL, `removeOnFail` would then
 * delete it with its documents, an unknown `backoff` would throw, and `preventParsingData` would deliver text. Bull reads these options
 * before it calls the handler, so they are changed in processJob (lib/queue.js of Bull 4.16). When workers die, Bull reads from Redis which
 * jobs to remove; `GivenUpJobs` handles that.
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
  // The handler repeats until the job is recorded, so a failure that arrives here is never the job's fault. The job stays active, and
  // starts again when its lock has expired.
  job.moveToFailed = () => Promise.resolve(null);
}
