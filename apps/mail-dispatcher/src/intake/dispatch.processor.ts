// Consumes the queue `dispatch`: each job becomes a delivery or is kept as rejected, and it ends only when that has been committed.
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
import { closeQueue, isDatabaseAway, type Logger, Traced, untilAnswers, within } from '@billing-mail/platform';
import type { Job, Queue } from 'bull';
import { setImmediate } from 'node:timers/promises';
import { DISPATCHER_ENV, type DispatcherEnv, limitsOf } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { DocumentStoreUnavailableError } from '../documents/document-store.js';
import { KnownDocumentStore } from '../documents/known-document-store.js';
import { MemoryBudget } from '../documents/memory-budget.js';
import { jobsTaken } from '../records/dispatcher.metrics.js';
import { AcceptDocument } from './accept-document.js';
import { compareAnswersAtOnce } from './answers-of-bull.js';
import { FairTurns } from './fair-turns.js';
import { parseNothingTooLarge, UnparsedText } from './parse-job.js';
import { heedNoPublisherOptions } from './publisher-options.js';
import { RejectJob } from './reject-job.js';

/** Several jobs at a time, so that they share a statement. Each may hold 34 MB of base64; `MemoryBudget` limits how much is in work. */
const INTAKE_CONCURRENCY = 16;
/**
 * How long a job waits for a free hand before its delivery is stored as due. A hand usually comes free within milliseconds, and a delivery
 * that one takes over directly need not be read again.
 */
const HAND_WITHIN_MS = 250;
/** Above this size, parsing and copying a document blocks the event loop noticeably. */
const LARGE_BYTES = 256 * 1024;
const WAITS = { firstMs: 200, longestMs: 5000 };
/**
 * How many unexplained failures a job may have before it is rejected. Failures of the database, the document store or the file system do
 * not count.
 */
const INEXPLICABLE_ALLOWED = 5;
/** Limit of each step of the shutdown, which may take 30 s in all. */
const DRAIN_MS = 3000;

@Processor(DISPATCH_QUEUE)
export class DispatchProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private isEnding = false;
  private readonly ended = new AbortController();
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
    // Starts paused: until this dispatcher knows that its document store is the right one, other dispatchers should take the jobs.
    this.paused = queue.pause(true, true);
    this.paused.catch(() => undefined); // reported by `resumeOnceKnown`
    heedNoPublisherOptions(queue);
    compareAnswersAtOnce(queue);
    parseNothingTooLarge(queue);
  }

  onApplicationBootstrap(): void {
    void this.resumeOnceKnown().catch((error: unknown) =>
      this.logger.warn({ step: 'intake', err: error }, 'could not start taking jobs from the queue'),
    );
  }

  private async resumeOnceKnown(): Promise<void> {
    await Promise.all([this.paused, this.documents.whenKnown()]);
    if (!this.isEnding) await this.queue.resume(true);
  }

  /**
   * Takes no new jobs and finishes what it can. A job that still waits for PostgreSQL stays active in the queue, and another process takes
   * it.
   */
  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    await within(DRAIN_MS, this.queue.pause(true, true));
    await within(DRAIN_MS, Promise.all(this.atWork));
    // Closed before the waiting jobs give up, so that Bull does not record them as failed.
    await closeQueue(this.queue, DRAIN_MS);
    this.ended.abort();
  }

  /** Accepts every job name: Bull fails a job whose name has no handler, and nobody would notice. */
  @Process({ name: '*', concurrency: INTAKE_CONCURRENCY })
  async take(job: Job<unknown>): Promise<void> {
    const work = this.takeIn(job);
    this.atWork.add(work);
    // While fewer jobs are in work than allowed, none waits, and their order does not matter.
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
    // Bull has just parsed this job; the event loop gets a turn before the work on a large one continues.
    if (bytes > LARGE_BYTES) await setImmediate();
    const taken = await this.untilDone(job, () => this.takeOnce(job));
    jobsTaken.inc({ result: taken });
    // An accepted job is logged with its delivery.
    if (taken !== 'accepted') this.logger.info({ jobId: String(job.id), step: 'intake', verdict: taken }, 'job taken in');
  }

  @Traced('dispatch process', {
    kind: 'consumer',
    about: ({ opts }: Job<unknown>) => ({ parent: (opts as { traceparent?: unknown }).traceparent }),
  })
  private async takeOnce(job: Job<unknown>): Promise<string> {
    if (job.data instanceof UnparsedText) return this.reject(job, 'invalid', [{ pointer: '', message: job.data.problem }]);
    if (job.name !== DISPATCH_JOB) return this.reject(job, 'invalid', [{ pointer: '', message: `the job name must be "${DISPATCH_JOB}"` }]);
    const parsed = this.schema.safeParse(job.data);
    if (!parsed.success) return this.reject(job, 'invalid', toFieldErrors(parsed.error));
    this.noteDropped(job, parsed.data);
    // For a large document, the key is looked up first, so that nothing is stored under a key that is in use. For a small one, the look-up
    // would cost more than the storing.
    const isLarge = inlineBytes(job.data) > LARGE_BYTES;
    const taken = await (isLarge
      ? this.accepting.acceptIfNew(parsed.data, HAND_WITHIN_MS)
      : this.accepting.accept(parsed.data, HAND_WITHIN_MS));
    return taken.kind === 'rejected' ? this.reject(job, taken.reason, taken.errors) : taken.kind;
  }

  private noteDropped(job: Job<unknown>, document: DispatchJob): void {
    const fields = droppedFields(job.data, document);
    if (fields.length > 0)
      this.logger.warn({ jobId: String(job.id), step: 'intake', verdict: 'dropped', fields }, 'dropped unreadable fields');
  }

  private async reject(job: Job<unknown>, reason: RejectionReason, errors: FieldError[]): Promise<string> {
    await this.rejecting.reject(job.data, reason, errors);
    this.logger.warn({ jobId: String(job.id), step: 'intake', verdict: reason, errors: errors.slice(0, 20) }, 'job set aside');
    return reason;
  }

  /**
   * Repeats `work` until it succeeds. An unavailable PostgreSQL or document store is not a failure of the job, but Bull would count it as
   * one (publishers set `attempts`). So the job stays active, with its lock renewed; if this process ends, another one starts it again. A
   * job that fails five times for any other reason is rejected, so that the queue goes on.
   */
  private async untilDone(job: Job<unknown>, work: () => Promise<string>): Promise<string> {
    let inexplicable = 0;
    const giveUp = () =>
      this.reject(job, 'given_up', [{ pointer: '', message: `can not be taken in; the log says why under job ${String(job.id)}` }]);
    return untilAnswers(
      () => (inexplicable < INEXPLICABLE_ALLOWED ? work() : giveUp()),
      (error) => {
        this.logger.warn({ jobId: String(job.id), step: 'intake', err: error }, 'could not take in a job yet; trying again');
        if (!isOurTrouble(error)) inexplicable += 1;
      },
      { ...WAITS, signal: this.ended.signal },
    );
  }
}

/** Length of the base64 content in a job, or of a text that was not parsed. Never throws, as a job may hold anything. */
function inlineBytes(data: unknown): number {
  if (data instanceof UnparsedText) return data.text.length;
  const attachments = (data as { attachments?: unknown } | null)?.attachments;
  if (!Array.isArray(attachments)) return 0;
  return attachments.reduce((sum: number, item: unknown) => {
    const content = (item as { content?: unknown } | null)?.content;
    return sum + (typeof content === 'string' ? content.length : 0);
  }, 0);
}

/** The database, the document store or the file system failed, so the job is not to blame. */
const isOurTrouble = (error: unknown): boolean =>
  isDatabaseAway(error) || error instanceof DocumentStoreUnavailableError || (error instanceof Error && 'errno' in error);
