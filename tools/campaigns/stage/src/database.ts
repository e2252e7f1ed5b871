// The campaign's own look into PostgreSQL, and its grip on it: locks that hold a worker at a step.
import { Client, Pool, type PoolClient } from 'pg';

/** A lock that others wait for until it is let go. */
export type HeldLock = { release(): Promise<void> };

/** A lock that can let those pass who wait for it now, and hold who comes after them. */
export type Gate = HeldLock & { letPass(): Promise<void> };

/** The statements on the way of a delivery, by words from their beginning: PostgreSQL shows the first 1,023 bytes of what is running. */
const WORDS_OF = { taken: '"contentHash" text', released: 'positions int[]', settled: '"takenBack" uuid' } as const;
export type GroupedStatement = keyof typeof WORDS_OF;

export class Database {
  private readonly pool: Pool;

  constructor(private readonly url: string) {
    this.pool = new Pool({ connectionString: url, max: 6, application_name: 'faults' });
    // Scenarios break these connections too; the next query opens another.
    this.pool.on('error', () => undefined);
  }

  async rows<T extends object>(statement: string, parameters: readonly unknown[] = []): Promise<T[]> {
    return (await this.pool.query<T>(statement, [...parameters])).rows;
  }

  async one<T extends object>(statement: string, parameters: readonly unknown[] = []): Promise<T> {
    const [row] = await this.rows<T>(statement, parameters);
    if (row === undefined) throw new Error(`no row: ${statement}`);
    return row;
  }

  /** SHARE lets others read and not write, ACCESS EXCLUSIVE nothing at all. */
  async lockTable(table: string, mode: 'SHARE' | 'ACCESS EXCLUSIVE'): Promise<Gate> {
    const lock = (): Promise<HeldLock> => this.hold(`LOCK TABLE ${table} IN ${mode} MODE`);
    let held = await lock();
    return {
      release: () => held.release(),
      // Locks are given in the order of asking: who waits by now comes before us.
      letPass: async () => {
        const waiting = await this.lockWaiters('faults');
        const next = lock();
        while ((await this.lockWaiters('faults')) === waiting) await new Promise((resolve) => setTimeout(resolve, 5));
        await held.release();
        held = await next;
      },
    };
  }

  /** Statements of this kind of all dispatchers that wait for a lock. */
  async waiting(statement: GroupedStatement): Promise<number> {
    return this.lockWaitersOf(WORDS_OF[statement]);
  }

  /** Statements of all dispatchers with these words near their beginning that wait for a lock. */
  async lockWaitersOf(words: string): Promise<number> {
    return this.lockWaiters('mail-dispatcher', words);
  }

  private async lockWaiters(applicationName: string, words = ''): Promise<number> {
    const { count } = await this.one<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE application_name = $1 AND wait_event_type = 'Lock' AND strpos(query, $2) > 0`,
      [applicationName, words],
    );
    return count;
  }

  /** Others can neither lock nor change the rows of deliveries with these keys. */
  lockDeliveries(keys: readonly string[]): Promise<HeldLock> {
    return this.hold('SELECT FROM dispatch.deliveries WHERE key = ANY($1) FOR UPDATE', [keys]);
  }

  /** Plans the next try of waiting deliveries for then; true once it has done so for all of them. */
  async planNextTry(keys: readonly string[], inMs: number): Promise<boolean> {
    const planned = await this.rows(
      `WITH planned AS (
         UPDATE dispatch.deliveries SET due_at = now() + $2 * interval '1 millisecond'
         WHERE key = ANY($1) AND status = 'waiting' AND claim_id IS NULL RETURNING lane, due_at
       ), due AS (
         INSERT INTO dispatch.lanes AS known (lane, next_due_at) SELECT lane, min(due_at) FROM planned GROUP BY lane
         ON CONFLICT (lane) DO UPDATE SET next_due_at = excluded.next_due_at, changes = known.changes + 1
       )
       SELECT lane FROM planned`,
      [keys, inMs],
    );
    return planned.length === keys.length;
  }

  /** The most deliveries with these keys of which rows of this table were written by one transaction. */
  async mostInOneTransaction(table: string, keys: readonly string[]): Promise<number> {
    const { most } = await this.one<{ most: number }>(
      `SELECT coalesce(max(together), 0)::int AS most FROM (
         SELECT count(DISTINCT t.delivery_id) AS together FROM ${table} t JOIN dispatch.deliveries d ON d.id = t.delivery_id
         WHERE d.key = ANY($1) GROUP BY t.xmin::text) counted`,
      [keys],
    );
    return most;
  }

  /** Ends the connections of a service, as an administrator or a failover would. */
  async terminate(applicationName: string): Promise<number> {
    const ended = await this.rows('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [applicationName]);
    return ended.length;
  }

  /** Takes every connection that there is, also those of this service. */
  async crowdOut(applicationName: string): Promise<HeldLock> {
    const crowd: Client[] = [];
    const fill = async (): Promise<void> => {
      for (;;) {
        const client = new Client({ connectionString: this.url, application_name: 'crowd' });
        client.on('error', () => undefined);
        try {
          await client.connect();
        } catch {
          return; // too many already
        }
        crowd.push(client);
      }
    };
    await fill();
    await this.terminate(applicationName);
    await fill();
    return { release: async () => void (await Promise.all(crowd.map((client) => client.end()))) };
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async hold(statement: string, parameters: readonly unknown[] = []): Promise<HeldLock> {
    const client: PoolClient = await this.pool.connect();
    await client.query('BEGIN');
    await client.query(statement, [...parameters]);
    return {
      release: async () => {
        await client.query('ROLLBACK');
        client.release();
      },
    };
  }
}
