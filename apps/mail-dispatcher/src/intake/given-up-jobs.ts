// Looks after jobs that Bull gave up on: returns them to the queue, and after several times keeps them as rejected, so that none is lost in
// Bull's failed set.
import { InjectQueue } from '@nestjs/bull';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DISPATCH_QUEUE } from '@billing-mail/contracts';
import { type Logger, PollLoop, redisAnswer, TroubleLog } from '@billing-mail/platform';
import type { Queue } from 'bull';
import { LOGGER } from '../dispatcher.tokens.js';
import { jobsTaken } from '../records/dispatcher.metrics.js';
import { KEPT_CHARACTERS, parseJob, UnparsedText } from './parse-job.js';
import { RejectJob } from './reject-job.js';

/** Much shorter than the time in which a job stalls: for each stall, a lock of 30 s has to expire first. */
const SWEEP_MS = 5000;
/** Failed jobs handled in one sweep, oldest first. Each leaves the failed set, or is skipped while another process handles it. */
const LOOKED_AT = 200;
/** How often a job is returned to the queue. After that it is assumed to kill the processes that work on it. */
const RESCUES = 3;
/** How much of Bull's reason for giving up a job is logged. */
const REASON_CHARACTERS = 200;
/** How long a process may take to record a job as rejected. After that, another process may do it too. */
const LOCK_MS = 60_000;
const REDIS_TIMEOUT_MS = 10_000;
/** Limit for the shutdown, which may take 30 s in all. A job whose handling is interrupted is found again. */
const DRAIN_MS = 3000;

/**
 * Returns a job to the queue. If that was done often enough, answers with the job's payload and Bull's reason for giving it up instead. It
 * is one script, so that two processes do not return a job twice and a crash loses nothing: the job stays in the failed set until it is
 * recorded as rejected.
 */
const BRING_BACK = `
local failed, wait, paused, isPaused = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local job, id, call = ARGV[1] .. ARGV[2], ARGV[2], redis.call
if call('EXISTS', job) == 0 then return call('ZREM', failed, id) and 0 end
if not call('ZSCORE', failed, id) or call('EXISTS', job .. ':lock') == 1 then return 0 end
if call('HINCRBY', job, 'rescues', 1) > tonumber(ARGV[3]) then
  call('SET', job .. ':lock', 'given up', 'PX', ARGV[5])
  return {string.sub(call('HGET', job, 'data') or '', 1, tonumber(ARGV[4])), string.sub(call('HGET', job, 'failedReason') or '', 1, tonumber(ARGV[6]))}
end
call('ZREM', failed, id)
call('HDEL', job, 'finishedOn', 'processedOn', 'failedReason')
call('LPUSH', call('EXISTS', isPaused) == 1 and paused or wait, id)
return 1`;

const FORGET = `redis.call('ZREM', KEYS[1], ARGV[2]) redis.call('DEL', ARGV[1], ARGV[1] .. ':lock', ARGV[1] .. ':logs')`;

/** Changes the options only if nobody has changed or removed the job meanwhile. */
const CHANGE_OPTIONS = `if redis.call('HGET', KEYS[1], 'opts') == ARGV[1] then redis.call('HSET', KEYS[1], 'opts', ARGV[2]) end`;

@Injectable()
export class GivenUpJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly trouble: TroubleLog;
  private readonly sweeping = new PollLoop({
    look: () => this.sweep(),
    everyMs: SWEEP_MS,
    onError: (error) => this.trouble.tell(error, { step: 'given-up' }, 'could not handle the jobs that Bull gave up on'),
  });

  constructor(
    @InjectQueue(DISPATCH_QUEUE) private readonly queue: Queue,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly rejecting: RejectJob,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  onApplicationBootstrap(): void {
    this.sweeping.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweeping.stop(DRAIN_MS);
  }

  /** Throws if Redis or PostgreSQL is unavailable; the next sweep finds what was left. */
  async sweep(): Promise<void> {
    await this.keepWhatStalls();
    const ids = await redisAnswer(REDIS_TIMEOUT_MS, this.queue.client.zrange(this.queue.toKey('failed'), 0, LOOKED_AT - 1));
    for (const id of ids) {
      if (this.sweeping.signal.aborted) return;
      await this.takeUp(id);
    }
  }

  /**
   * With a publisher's `removeOnFail`, Bull deletes a job, or others in the failed set, once workers have died on it too often. Bull reads
   * the option from what is stored with the job, so it is removed there.
   */
  private async keepWhatStalls(): Promise<void> {
    const { client } = this.queue;
    const ids = await redisAnswer(REDIS_TIMEOUT_MS, client.lrange(this.queue.toKey('active'), 0, -1));
    await redisAnswer(REDIS_TIMEOUT_MS, Promise.all(ids.map((id) => this.keepOnFail(this.queue.toKey(id)))));
  }

  private async keepOnFail(job: string): Promise<void> {
    const stored = await this.queue.client.hget(job, 'opts');
    if (stored?.includes('"removeOnFail"') !== true) return;
    const parsed = parseJob(stored);
    const { removeOnFail, ...options } = parsed instanceof UnparsedText ? {} : (parsed as Record<string, unknown>);
    if (removeOnFail !== false) await this.queue.client.eval(CHANGE_OPTIONS, 1, job, stored, JSON.stringify(options));
  }

  private async takeUp(id: string): Promise<void> {
    const keys = ['failed', 'wait', 'paused', 'meta-paused'].map((name) => this.queue.toKey(name));
    const limits = [RESCUES, KEPT_CHARACTERS, LOCK_MS, REASON_CHARACTERS];
    const call = this.queue.client.eval(BRING_BACK, keys.length, ...keys, this.queue.toKey(''), id, ...limits);
    const answer = (await redisAnswer(REDIS_TIMEOUT_MS, call)) as number | [string, string];
    if (Array.isArray(answer)) return this.keepAsRejected(id, ...answer);
    if (answer === 1)
      this.logger.warn({ jobId: id, step: 'given-up', verdict: 'brought_back' }, 'a job that Bull gave up on was returned to the queue');
  }

  private async keepAsRejected(id: string, data: string, why: string): Promise<void> {
    await this.rejecting.reject(parseJob(data), 'given_up', [
      { pointer: '', message: `was started many times and never finished; the log says more under job ${id}` },
    ]);
    await redisAnswer(REDIS_TIMEOUT_MS, this.queue.client.eval(FORGET, 1, this.queue.toKey('failed'), this.queue.toKey(id), id));
    jobsTaken.inc({ result: 'given_up' });
    this.logger.error({ jobId: id, step: 'given-up', verdict: 'given_up', why }, 'job set aside');
  }
}
