// What the publisher of a job asked of Bull, and which of it we follow: a job ends only when it is in PostgreSQL.
import type { Job, JobOptions, Queue } from 'bull';

type Processing = { processJob: (job: Job<unknown> | null | undefined, notFetch?: boolean) => Promise<unknown> };

/**
 * From the outside `timeout` fails a job that waits for PostgreSQL, and `removeOnFail` then forgets it, document and all; an unknown `backoff` throws;
 * `preventParsingData` hands over text. Bull reads them before it calls the handler, so they are put right where the job is handed on (processJob in
 * lib/queue.js of Bull 4.16). What is removed when a worker dies is read in Redis: `GivenUpJobs` sees to that.
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
  // Once the row is committed Redis must not go on holding the documents.
  options.removeOnComplete = true;
  delete options.timeout;
  if (options.preventParsingData === true) job.data = parsed(job.data);
  // Whatever went wrong was not the taking in, which goes on until it is done: the job stays active, and is taken anew when its lock has run out.
  job.moveToFailed = () => Promise.resolve(null);
}

/** What is no JSON stays text, which no schema takes. */
function parsed(data: unknown): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return data;
  }
}
