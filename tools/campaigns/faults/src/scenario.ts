// Defines a scenario, which is a fault to inject and its required result, and the play in which it runs.
import { type DispatchJobInput } from '@billing-mail/contracts';
import { type DeliveryFacts, judge, type Judgement, NO_TOTALS, type Totals } from './judging/judge.js';
import { IS_UNTOLD, readDeliveries, readTellings } from './judging/read-facts.js';
import { invoice, type TeamOptions, type Stage, type StageOptions } from '@billing-mail/tools/stage';

export { NotPossibleHereError } from '@billing-mail/testkit';

export type UncertainPolicy = 'retry' | 'hold';

export type Scenario = {
  name: string;
  injects: string;
  expects: string;
  /** Runs the scenario. Resolves with a description of what was seen besides the figures. Misses are reported to the play. */
  run(play: Play): Promise<string>;
};

/**
 * Scenarios that share a stage. They run one after the other unless `together`; `alone` groups have the machine
 * to themselves, for measurements.
 */
export type Group = {
  name: string;
  stage: StageOptions;
  policy: UncertainPolicy;
  together?: boolean;
  alone?: boolean;
  scenarios: readonly Scenario[];
};

/** After the fault is over, deliveries may not stand still for longer than this without intervention. */
const RECOVERY_MS = 60_000;

/** One run of a scenario, with its own teams and documents and its misses. */
export class Play {
  readonly misses: string[] = [];
  private readonly teams: string[] = [];
  private judged: Totals = NO_TOTALS;

  constructor(
    readonly stage: Stage,
    readonly policy: UncertainPolicy,
    private readonly name: string,
  ) {}

  get totals(): Totals {
    return this.judged;
  }

  /** Sets up a team for this scenario alone: on the platform, or with its own server. */
  async team(options: TeamOptions = {}): Promise<string> {
    const teamId = `${this.name.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 50)}-${this.teams.length + 1}`;
    this.teams.push(teamId);
    await this.stage.invoicing.setUpTeam(teamId, options);
    return teamId;
  }

  /** Publishes an invoice to two people; returns its key. */
  async publish(teamId: string, changes: Partial<DispatchJobInput> & { bytes?: number } = {}): Promise<string> {
    const job = invoice(teamId, changes);
    await this.stage.invoicing.publish(job);
    return job.key;
  }

  /** Publishes an invoice over HTTP. */
  async post(teamId: string): Promise<void> {
    await this.stage.invoicing.post(invoice(teamId));
  }

  async publishMany(teamId: string, count: number): Promise<string[]> {
    return Promise.all(Array.from({ length: count }, () => this.publish(teamId)));
  }

  /** Reports a miss, described by `otherwise`, if `isSo` is false. */
  expect(isSo: boolean, otherwise: string): void {
    if (!isSo) this.misses.push(otherwise);
  }

  /**
   * Waits until the condition is true. Queries that fail meanwhile (PostgreSQL away) are repeated. Resolves with false if time runs out.
   */
  async until(isSo: () => Promise<boolean> | boolean, withinMs: number, everyMs = 50): Promise<boolean> {
    for (const end = Date.now() + withinMs; Date.now() < end; await pause(everyMs)) {
      try {
        if (await isSo()) return true;
      } catch (error) {
        if (!isAway(error)) throw error;
      }
    }
    return false;
  }

  /** Waits until the condition is true, and reports a miss if time runs out. */
  async awaits(what: string, isSo: () => Promise<boolean> | boolean, withinMs = RECOVERY_MS): Promise<void> {
    this.expect(await this.until(isSo, withinMs, 10), `${what}: not within ${withinMs / 1000} s`);
  }

  /**
   * Waits until everything that this scenario's teams were promised is settled and told. Returns how long that took. It waits as long as
   * there is progress, however busy the machine is; it is a miss if nothing is settled or told for `standstillMs`.
   */
  async untilSettled(standstillMs = RECOVERY_MS): Promise<number> {
    const since = Date.now();
    const { invoicing, database } = this.stage;
    const promised = () => invoicing.promised.filter(({ teamId }) => this.teams.includes(teamId)).length;
    let done = false;
    let before = '';
    const goesOn = () =>
      this.until(async () => {
        const { settled, untold } = await database.one<{ settled: number; untold: number }>(
          `SELECT (SELECT count(*) FROM dispatch.deliveries WHERE team_id = ANY($1) AND settled_at IS NOT NULL)::int AS settled,
                  (SELECT count(*) FROM dispatch.outbox o WHERE o.payload ->> 'teamId' = ANY($1) AND ${IS_UNTOLD})::int AS untold`,
          [this.teams],
        );
        done = settled >= promised() && untold === 0;
        const now = `${settled} of ${promised()} settled, ${untold} untold`;
        const isOther = now !== before;
        before = now;
        return done || isOther;
      }, standstillMs);
    while (!done && (await goesOn()));
    this.expect(done, `not all settled and told: ${before}, and nothing more for ${standstillMs / 1000} s`);
    return Date.now() - since;
  }

  /** Returns this scenario's deliveries as they are now. */
  deliveries(): Promise<DeliveryFacts[]> {
    return readDeliveries(this.stage.database, this.teams);
  }

  async delivery(key: string): Promise<DeliveryFacts | undefined> {
    return (await this.deliveries()).find((delivery) => delivery.key === key);
  }

  /** Compares everything with the ledger as it is now. */
  async judgement(): Promise<Judgement> {
    const { invoicing, database, ledger } = this.stage;
    const promised = invoicing.promised.filter(({ teamId }) => this.teams.includes(teamId));
    const [deliveries, tellings] = [await this.deliveries(), await readTellings(database, this.teams)];
    return judge(promised, deliveries, tellings, ledger.entries, this.policy);
  }

  /** Ends the play with the final judgement; breaches are misses. */
  async conclude(): Promise<void> {
    const { totals, breaches } = await this.judgement();
    this.judged = totals;
    this.misses.push(...breaches);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

// SQLSTATE classes 57 (operator intervention), 08 (connection) and 53 (insufficient resources), lost sockets, and the
// pool's own error messages for them.
function isAway(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return /^(57|08|53)|^E(CONN|PIPE|TIMEDOUT)/.test(code) || /terminated|timeout|Connection/i.test(message);
}
