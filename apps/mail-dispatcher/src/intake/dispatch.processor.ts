// The queue edge: one job becomes one row, or is set aside. The job ends only when that is committed.
import { InjectQueue, Process, Processor } from '@nestjs/bull';
import { type BeforeApplicationShutdown, Inject, type OnApplicationBootstrap } from '@nestjs/common';
import {
  DISPATCH_JOB,
  DISPATCH_QUEUE,
  type DispatchJob,
  dispatchJobSchema,
  droppedFields,
  type FieldError,
  type RejectionReason,
  toFieldErrors,
} from '@billing-mail/contracts';
import { closeQueue, isDatabaseAway, type Logger, Traced, within } from '@billing-mail/platform';
import type { Job, Queue } from 'bull';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { DISPATCHER_ENV, type DispatcherEnv, limitsOf } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { DocumentStoreUnavailableError } from '../documents/document-store.js';
import { KnownDocumentStore } from '../documents/known-document-store.js';
import { MemoryBudget } from '../documents/memory-budget.js';
import { jobsTaken } from '../records/dispatcher.metrics.js';
import { AcceptDocument } from './accept-document.js';
import { compareAnswersAtOnce } from './answers-of-bull.js';
import { FairTurns } from './fair-turns.js';
import { heedNoPublisherOptions } from './publisher-options.js';
import { RejectJob } from './reject-job.js';

/** Jobs taken in at a time, so that several share the statement which takes them. Each may hold 34 MB of base64; `MemoryBudget` bounds those at work. */
const INTAKE_CONCURRENCY = 16;
/**
 * How long a job waits for a free hand before its delivery is stored as due. Hands that are not stuck come free within some milliseconds, and what
 * they take over need not be read again.
 */
const HAND_WITHIN_MS = 250;
/** Parsing and moving larger ones is felt by everything else on the event loop. */
const LARGE_BYTES = 256 * 1024;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;
/** Failures of a job that neither database nor file system explain, before it is set aside. */
const INEXPLICABLE_ALLOWED = 5;
/** Of the 30 s that an end may take, for each of the steps of taking no more. */
const DRAIN_MS = 3000;

@Processor(DISPATCH_QUEUE)
export class DispatchProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private isEnding = false;
  private ended = false;
  private readonly atWork = new Set<Promise<void>>();
  private readonly schema;
  private readonly paused: Promise<void>;

  constructor(
    @Inject(DISPATCHER_ENV) env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    @InjectQueue(DISPATCH_QUEUE) private readonly queue: Queue,
    private readonly accepting: AcceptDocument,
    private readonly rejecting: RejectJob,
    private readonly turns: FairTurns,
    private readonly memory: MemoryBudget,
    private readonly documents: KnownDocumentStore,
  ) {
    this.schema = dispatchJobSchema(limitsOf(env));
    // Another dispatcher, whose document store is the right one, can have them.
    this.paused = queue.pause(true, true);
    this.paused.catch(() => undefined); // told where it is waited for
    heedNoPublisherOptions(queue);
    compareAnswersAtOnce(queue);
  }

  onApplicationBootstrap(): void {
    void this.resumeOnceKnown().catch((error: unknown) => this.logger.warn({ step: 'intake', err: error }, 'the queue is not taken from'));
  }

  private async resumeOnceKnown(): Promise<void> {
    await Promise.all([this.paused, this.documents.whenKnown()]);
    if (!this.isEnding) await this.queue.resume(true);
  }

  /** Takes no more and finishes what it can. What still waits for PostgreSQL stays active in the queue, and another process takes it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    await within(DRAIN_MS, this.queue.pause(true, true));
    await within(DRAIN_MS, Promise.all(this.atWork));
    // Closed first, so that giving up is not told to Bull as a failure of the job.
    await closeQueue(this.queue, DRAIN_MS);
    this.ended = true;
  }

  /** Takes every job name: one without a handler would fail in the queue, unseen. */
  @Process({ name: '*', concurrency: INTAKE_CONCURRENCY })
  async take(job: Job<unknown>): Promise<void> {
    const work = this.takeIn(job);
    this.atWork.add(work);
    // With a hand free nobody waits.
    if (this.atWork.size >= INTAKE_CONCURRENCY) this.turns.ask();
    await work.finally(() => this.atWork.delete(work));
  }

  private async takeIn(job: Job<unknown>): Promise<void> {
    const bytes = inlineBytes(job.data);
    const giveBack = await this.memory.take(bytes);
    try {
      await this.takeInWithMemory(job, bytes);
    } finally {
      giveBack();
    }
  }

  private async takeInWithMemory(job: Job<unknown>, bytes: number): Promise<void> {
    // Bull has just parsed it: what a large one takes further gets a turn of the event loop of its own.
    if (bytes > LARGE_BYTES) await setImmediate();
    const taken = await this.untilDone(job, () => this.takeOnce(job));
    jobsTaken.inc({ result: taken });
    // What is accepted is logged with its delivery.
    if (taken !== 'accepted') this.logger.info({ jobId: String(job.id), step: 'intake', verdict: taken }, 'job taken in');
  }

  @Traced('dispatch process', {
    kind: 'consumer',
    about: ({ opts }: Job<unknown>) => ({ parent: (opts as { traceparent?: unknown }).traceparent }),
  })
  private async takeOnce(job: Job<unknown>): Promise<string> {
    if (job.name !== DISPATCH_JOB) return this.reject(job, 'invalid', [{ pointer: '', message: `the job name must be "${DISPATCH_JOB}"` }]);
    const parsed = this.schema.safeParse(job.data);
    if (!parsed.success) return this.reject(job, 'invalid', toFieldErrors(parsed.error));
    this.noteDropped(job, parsed.data);
    const taken = await this.accepting.accept(parsed.data, HAND_WITHIN_MS);
    return taken.kind === 'rejected' ? this.reject(job, taken.reason, taken.errors) : taken.kind;
  }

  private noteDropped(job: Job<unknown>, document: DispatchJob): void {
    const fields = droppedFields(job.data, document);
    if (fields.length > 0) this.logger.warn({ jobId: String(job.id), step: 'intake', verdict: 'dropped', fields }, 'fields not readable');
  }

  private async reject(job: Job<unknown>, reason: RejectionReason, errors: FieldError[]): Promise<string> {
    await this.rejecting.reject(job.data, reason, errors);
    this.logger.warn({ jobId: String(job.id), step: 'intake', verdict: reason, errors: errors.slice(0, 20) }, 'job set aside');
    return reason;
  }

  /**
   * PostgreSQL or the document store away is no failure of the job. Bull would count it as one (publishers set `attempts`), so the
   * job stays active here, its lock renewed, until it can be taken in; if the process ends, the next one takes it from the start.
   * What fails for another reason every time is the job's own fault, or ours: it is set aside, so that the queue goes on.
   */
  private async untilDone(job: Job<unknown>, work: () => Promise<string>): Promise<string> {
    let inexplicable = 0;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        return await work();
      } catch (error) {
        this.logger.warn({ jobId: String(job.id), step: 'intake', err: error }, 'can not take a job in yet');
        if (this.ended) throw error;
        if (!isOurTrouble(error)) inexplicable += 1;
        if (inexplicable === INEXPLICABLE_ALLOWED)
          return this.reject(job, 'given_up', [
            { pointer: '', message: `can not be taken in; the log says why under job ${String(job.id)}` },
          ]);
        await sleep(waitMs, undefined, { ref: false });
      }
    }
  }
}

/** Bytes of the documents that came with a job, as base64. Never throws: the job may be anything. */
function inlineBytes(data: unknown): number {
  const attachments = (data as { attachments?: unknown } | null)?.attachments;
  if (!Array.isArray(attachments)) return 0;
  return attachments.reduce((sum: number, item: unknown) => {
    const content = (item as { content?: unknown } | null)?.content;
    return sum + (typeof content === 'string' ? content.length : 0);
  }, 0);
}

/** The database, the document store or the file system does not do what it should; a job can't be to blame. */
const isOurTrouble = (error: unknown): boolean =>
  isDatabaseAway(error) || error instanceof DocumentStoreUnavailableError || (error instanceof Error && 'errno' in error);
