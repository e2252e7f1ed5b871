// Group commit: deliveries that are at the same point share one statement.
import DataLoader from 'dataloader';
import { isDatabaseAway } from '@billing-mail/platform';

export type GroupOptions = {
  /**
   * Statements that may run at a time. While all of them run, further members wait for the next one. There is no timer, so nothing waits on
   * an idle system.
   */
  slots: number;
  /** The largest number of members of one statement. */
  most: number;
};

/** Turns of the event loop that a statement waits for more members. More turns would cost each delivery more time than they save. */
const TURNS = 4;

/**
 * Calls `run` with all members that have arrived while earlier statements ran: one statement, one commit. If it fails for another reason
 * than an unavailable database, each member is run alone, so that one that can't be written does not affect the others. Members are passed
 * in the order of their arrival.
 */
export class StatementGroup<In, Out> {
  private readonly loader: DataLoader<In, Out>;
  private readonly waiting: (() => void)[] = [];
  private free: number;
  private gathered = 0;

  constructor(
    private readonly run: (members: readonly In[]) => Promise<Out[]>,
    { slots, most }: GroupOptions,
  ) {
    this.free = slots;
    this.loader = new DataLoader((members) => this.runAll(members), {
      cache: false,
      maxBatchSize: most,
      batchScheduleFn: (dispatch) => this.schedule(dispatch),
    });
  }

  ask(member: In): Promise<Out> {
    this.gathered += 1;
    return this.loader.load(member);
  }

  private schedule(dispatch: () => void): void {
    if (this.free === 0) return void this.waiting.push(dispatch);
    this.free -= 1;
    this.dispatchSoon(dispatch);
  }

  /** Waits as long as each turn of the event loop brings another member; that happens only while the processor is busy anyway. */
  private dispatchSoon(dispatch: () => void, turnsLeft = TURNS, seen = -1): void {
    setImmediate(() => {
      if (turnsLeft === 0 || this.gathered === seen) return dispatch();
      this.dispatchSoon(dispatch, turnsLeft - 1, this.gathered);
    });
  }

  private async runAll(members: readonly In[]): Promise<(Out | Error)[]> {
    try {
      return await this.runTogether(members);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else this.dispatchSoon(next);
    }
  }

  private async runTogether(members: readonly In[]): Promise<(Out | Error)[]> {
    try {
      return await this.run(members);
    } catch (error) {
      if (members.length === 1 || isDatabaseAway(error)) return members.map(() => asError(error));
      return Promise.all(members.map((member) => this.runAlone(member)));
    }
  }

  private async runAlone(member: In): Promise<Out | Error> {
    try {
      const [out] = await this.run([member]);
      return out as Out;
    } catch (error) {
      return asError(error);
    }
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
