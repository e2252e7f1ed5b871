// Jobs whose intake never finishes: each dispatcher that works on them is killed or frozen, until Bull gives them up.
import { DISPATCH_JOB, DISPATCH_QUEUE, type DispatchJobInput, QUEUE_PREFIX } from '@billing-mail/contracts';
import { CLERK, type HeldLock, invoice, type ServiceProcess } from '@billing-mail/tools/stage';
import { Redis } from 'ioredis';
import { type Play, type Scenario } from '../scenario.js';

/** How often Bull lets a job stall (`bullOptions`), and how often a job that it gave up is returned to the queue (`given-up-jobs.ts`). */
const [STALLS, RESCUES] = [10, 3];

/** One job that a single dispatcher has begun to take in and cannot finish, because PostgreSQL accepts no new delivery. */
class TakingIn {
  private constructor(
    private readonly play: Play,
    readonly job: DispatchJobInput,
    private readonly id: string,
    private readonly lock: HeldLock,
    private readonly redis: Redis,
    readonly dispatcher: ServiceProcess,
    readonly others: readonly ServiceProcess[],
  ) {}

  /** @param stalls how many dispatchers have died while taking in this job before */
  static async of(play: Play, stalls = 0): Promise<TakingIn> {
    const { stage } = play;
    const [dispatcher, ...others] = stage.dispatchers;
    if (dispatcher === undefined) throw new Error('The stage has no dispatcher.');
    const job = invoice(await play.team());
    await Promise.all(others.map((other) => other.stop()));
    const lock = await stage.database.lockTable('dispatch.deliveries', 'SHARE');
    const redis = new Redis(stage.redis.url);
    const waiting = await stage.invoicing.jobs.add(DISPATCH_JOB, job, { delay: 3_600_000 });
    const taking = new TakingIn(play, job, String(waiting.id), lock, redis, dispatcher, others);
    await redis.hset(taking.redisKey(), 'stalledCounter', stalls);
    await waiting.promote();
    return taking;
  }

  /** Returns the key of the job's hash in Redis, or of a key beside it. */
  private redisKey(suffix = ''): string {
    return `${QUEUE_PREFIX}:${DISPATCH_QUEUE}:${this.id}${suffix}`;
  }

  async isInHand(): Promise<void> {
    await this.play.awaits('being taken in', async () => (await this.play.stage.database.waiting('taken')) > 0);
  }

  async isLocked(): Promise<void> {
    await this.play.awaits('locked by another dispatcher', async () => (await this.redis.exists(this.redisKey(':lock'))) > 0);
  }

  /** Kills the dispatcher in the middle of the intake, and then does what Bull does once the dead dispatcher's lock has expired. */
  async kill(): Promise<void> {
    await this.isInHand();
    await this.dispatcher.kill();
    // PostgreSQL would otherwise complete the statement although nobody waits for it any more.
    await this.play.stage.database.terminate('mail-dispatcher');
    await this.lockRunsOut();
  }

  /**
   * Expires the job's lock at once, which would otherwise take half a minute, and runs Bull's two checks for stalled jobs: the first marks
   * them, the second moves them back.
   */
  async lockRunsOut(): Promise<void> {
    const { jobs } = this.play.stage.invoicing;
    await this.redis.del(this.redisKey(':lock'));
    for (const _look of ['marks', 'takes']) {
      await this.redis.del(jobs.toKey('stalled-check'));
      await (jobs as unknown as { moveUnlockedJobsToWait(): Promise<void> }).moveUnlockedJobsToWait();
    }
  }

  /** Freezes the PostgreSQL backends that work for the dispatcher. Returns the function that lets them continue. */
  async freezePostgres(): Promise<() => void> {
    const working = await this.play.stage.database.rows<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'mail-dispatcher' AND wait_event_type = 'Lock'`,
    );
    const signal = (name: NodeJS.Signals): void => working.forEach(({ pid }) => process.kill(pid, name));
    signal('SIGSTOP');
    return () => signal('SIGCONT');
  }

  async whyGivenUp(): Promise<string | null> {
    return this.redis.hget(this.redisKey(), 'failedReason');
  }

  /** Lets PostgreSQL accept deliveries again, and starts the other dispatchers. */
  async letGo(): Promise<void> {
    await this.lock.release();
    for (const other of this.others) await other.start();
    this.redis.disconnect();
  }

  /** Describes how the invoice was sent. */
  async sent(): Promise<string> {
    const { play, job } = this;
    play.stage.invoicing.promise(job);
    await play.untilSettled();
    const delivery = await play.delivery(job.key);
    const copies = play.stage.ledger.entries.filter(({ messageId }) => delivery?.messageIds.includes(messageId)).length;
    play.expect(delivery?.status === 'sent' && copies === 1, `${delivery?.status ?? 'not taken in'}, ${copies} copies`);
    return `${delivery?.status}, ${copies} copy`;
  }
}

const killed: Scenario = {
  name: 'taking-in-killed',
  injects: `kill -9 of the dispatcher that takes a job in, ${STALLS + 1} times, until Bull gives the job up`,
  expects: 'taken in after all, sent once',
  run: async (play) => {
    const taking = await TakingIn.of(play);
    for (let death = 0; death <= STALLS; death += 1) {
      if (death > 0) await taking.dispatcher.start('live');
      await taking.kill();
    }
    const why = await taking.whyGivenUp();
    play.expect(why !== null, 'Bull has not given it up');
    await taking.dispatcher.start('live');
    await taking.letGo();
    return `${await taking.sent()}, after "${why}"`;
  },
};

const deadly: Scenario = {
  name: 'taking-in-deadly',
  injects: `a job that ten dispatchers have died of kills ${RESCUES + 1} more, each time that it is brought back`,
  expects: 'kept in rejected_jobs, and the clerk told once',
  run: async (play) => {
    const { database } = play.stage;
    const taking = await TakingIn.of(play, STALLS);
    for (let death = 0; death <= RESCUES; death += 1) {
      if (death > 0) await taking.dispatcher.start('live');
      await taking.kill();
    }
    await taking.dispatcher.start('live');
    const kept = () => database.rows<{ reason: string }>('SELECT reason FROM dispatch.rejected_jobs WHERE key = $1', [taking.job.key]);
    await play.awaits('kept', async () => (await kept()).length > 0);
    await taking.letGo();
    const told = () =>
      database.rows<{ type: string; count: number }>('SELECT type, count FROM notify.notifications WHERE team_id = $1 AND user_id = $2', [
        taking.job.teamId,
        CLERK,
      ]);
    await play.awaits('told', async () => (await told()).length > 0);
    const reasons = (await kept()).map(({ reason }) => reason).join(', ');
    const words = (await told()).map(({ type, count }) => `${type} × ${count}`).join(', ');
    play.expect(reasons === 'given_up', `kept as ${reasons}`);
    play.expect(words === 'job_rejected × 1', `told ${words}`);
    play.expect((await play.deliveries()).length === 0, 'a delivery was made of it as well');
    return `kept as ${reasons}, told ${words}`;
  },
};

const frozen: Scenario = {
  name: 'taking-in-frozen',
  injects:
    'a dispatcher stands still while it takes a job in, for longer than it may keep the job; another one takes it in, and both go on',
  expects: 'one delivery, sent once',
  run: async (play) => {
    const taking = await TakingIn.of(play);
    await taking.isInHand();
    taking.dispatcher.freeze();
    await taking.lockRunsOut();
    await Promise.all(taking.others.map((other) => other.start('live')));
    await taking.isLocked();
    taking.dispatcher.thaw();
    await taking.letGo();
    return taking.sent();
  },
};

const timedOut: Scenario = {
  name: 'taking-in-timed-out',
  injects: 'PostgreSQL stands still in the middle of a taking in, until the dispatcher waits no longer (Query read timeout)',
  expects: 'one delivery, sent once',
  run: async (play) => {
    const { stage } = play;
    const taking = await TakingIn.of(play);
    await taking.isInHand();
    const goOn = await taking.freezePostgres();
    try {
      await play.awaits(
        'given up waiting',
        () => stage.countInLogs('could not take in a job yet; trying again') > 0 && stage.countInLogs('Query read timeout') > 0,
      );
    } finally {
      goOn();
    }
    await taking.letGo();
    return taking.sent();
  },
};

export const takingIn: readonly Scenario[] = [killed, deadly, frozen, timedOut];
