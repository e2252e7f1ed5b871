import { dispatchJobSchema, type DispatchJobInput } from './dispatch-job.js';
import { DISPATCH_JOB } from './names.js';

/** The part of a Bull queue (`new Queue(DISPATCH_QUEUE, redisUrl, { prefix: queuePrefix() })`) that publishing needs. */
export type JobQueue = { add(name: string, data: unknown, options: object): Promise<unknown> };

/** The part of a Bull queue that is also needed to wait for Redis's replicas. */
export type ReplicatedJobQueue = JobQueue & {
  toKey(name: string): string;
  client: { pipeline(commands: unknown[][]): { exec(): Promise<[error: Error | null, answer: unknown][] | null> } };
};

/** On how many replicas of Redis a job must be before it counts as published, and how long that may take. */
export type Replication = { replicas: number; withinMs: number };

/**
 * `traceparent`: the step of the publisher's own trace (W3C) that causes the delivery. It is not part of the document; an unreadable one is
 * ignored.
 */
export type Publishing = { traceparent?: string };

/** Redis has the job, but not on as many replicas as asked for: a failover now may lose it. Publish it again with the same key. */
export class NotReplicatedError extends Error {
  override readonly name = 'NotReplicatedError';
}

/**
 * Publishes a document as invoicing does. Checks it first, so that a mistake is thrown where it was made (`ZodError` with a path per field)
 * instead of turning up in `rejected_jobs`. Publishing the same key again is safe: it stays one delivery.
 *
 * When it resolves, the primary has the job (in its append-only file, as far as `appendfsync` says). Redis informs its replicas afterwards,
 * so a failover may still lose the job. With `replicas` and `withinMs`, that many replicas have it in memory (`WAIT`); if they do not have
 * it in time, it rejects with `NotReplicatedError`. Even that is not a majority's vote. So publish again, with the same key, until the
 * delivery is seen: `GET /v1/teams/{teamId}/deliveries?documentId=`, or `delivery.updated`.
 */
export async function publishDispatchJob(queue: JobQueue, job: DispatchJobInput, publishing?: Publishing): Promise<void>;
export async function publishDispatchJob(
  queue: ReplicatedJobQueue,
  job: DispatchJobInput,
  publishing: Publishing & Replication,
): Promise<void>;
export async function publishDispatchJob(
  queue: JobQueue,
  job: DispatchJobInput,
  { traceparent, replicas, withinMs }: Publishing & Partial<Replication> = {},
): Promise<void> {
  dispatchJobSchema().parse(job);
  const publish = () => add(queue, job, traceparent);
  if (replicas === undefined || withinMs === undefined) await publish();
  else await publishReplicated(queue as ReplicatedJobQueue, publish, { replicas, withinMs });
}

// The delivery's row in PostgreSQL is what counts, so finished jobs are not kept. There is no job id, because Bull drops a job whose id is
// in use. The trace is in the options and not in the document, because older dispatchers do not look there.
const add = (queue: JobQueue, job: DispatchJobInput, traceparent: string | undefined): Promise<unknown> =>
  queue.add(DISPATCH_JOB, job, { removeOnComplete: true, removeOnFail: false, attempts: 1, ...(traceparent && { traceparent }) });

async function publishReplicated(
  queue: ReplicatedJobQueue,
  publish: () => Promise<unknown>,
  { replicas, withinMs }: Replication,
): Promise<void> {
  const before = await replicatedBy(queue, 0, 0);
  await publish();
  const after = await replicatedBy(queue, replicas, withinMs);
  if (after.history !== before.history) throw new NotReplicatedError('Redis failed over meanwhile, and may have lost the job.');
  if (after.replicas < replicas)
    throw new NotReplicatedError(`${after.replicas} of ${replicas} replicas have the job after ${withinMs} ms.`);
}

type Replicated = { replicas: number; history: string };
/** `last`: the question that is under way, or the last one. `next`: the one that is not sent yet. */
type Question = { last: Promise<unknown>; next: Promise<Replicated> | null };

/** Questions by number of replicas and time. */
const questions = new WeakMap<ReplicatedJobQueue, Map<string, Question>>();

/**
 * WAIT blocks its connection, so publishers would wait one after the other, each for the time of all before it. Instead, all publishers
 * that come while one waits share the next WAIT, which is sent after everything that they have written.
 */
function replicatedBy(queue: ReplicatedJobQueue, replicas: number, withinMs: number): Promise<Replicated> {
  const ofQueue = questions.get(queue) ?? new Map<string, Question>();
  questions.set(queue, ofQueue);
  const name = `${replicas} ${withinMs}`;
  const question: Question = ofQueue.get(name) ?? { last: Promise.resolve(), next: null };
  ofQueue.set(name, question);
  if (question.next !== null) return question.next;
  const asked = question.last.then(() => {
    question.next = null;
    return askReplicated(queue, replicas, withinMs);
  });
  question.next = asked;
  question.last = asked.catch(() => undefined);
  return asked;
}

/**
 * WAIT counts only what its own connection wrote, and the connection may be a new one by now; so a write is sent before it. Whatever was
 * written earlier is replicated before that write. Its key is in the slot of the queue, so that a Redis Cluster runs all these commands on
 * the queue's node.
 */
async function askReplicated(queue: ReplicatedJobQueue, replicas: number, withinMs: number): Promise<Replicated> {
  const answers = await queue.client
    .pipeline([
      ['set', queue.toKey('replicated'), '1', 'PX', 60_000],
      ['wait', replicas, withinMs],
      ['info', 'replication'],
    ])
    .exec();
  const failed = answers?.find(([error]) => error !== null)?.[0];
  if (failed) throw failed;
  const [, wait, info] = answers?.map(([, answer]) => answer) ?? [];
  return { replicas: Number(wait), history: /master_replid:(\w+)/.exec(String(info))?.[1] ?? '' };
}
