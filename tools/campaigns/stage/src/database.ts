// The campaign's own access to PostgreSQL, and locks that stop a worker at a certain step.
import { Client, Pool, type PoolClient } from 'pg';

/** A lock that makes others wait until it is released. */
export type HeldLock = { release(): Promise<void> };

/** A lock that can let through those who wait for it now, and stop those who come after them. */
export type Gate = HeldLock & { letPass(): Promise<void> };

/**
 * The grouped statements in a delivery's processing, recognised by words near their beginning: PostgreSQL shows the first
 * 1,023 bytes of a running statement.
 */
const WORDS_OF = { taken: '"contentHash" text', released: 'positions int[]', settled: '"takenBack" uuid' } as const;
export type GroupedStatement = keyof typeof WORDS_OF;

export class Database {
  private readonly pool: Pool;

  constructor(private readonly url: string) {
    this.pool = new Pool({ connectionString: url, max: 6, application_name: 'faults' });
    // Scenarios also break these connections; the next query opens a new one.
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

  /** Locks a table: SHARE lets others read but not write, ACCESS EXCLUSIVE lets them do neither. */
  async lockTable(table: string, mode: 'SHARE' | 'ACCESS EXCLUSIVE'): Promise<Gate> {
    const lock = (): Promise<HeldLock> => this.hold(`LOCK TABLE ${table} IN ${mode} MODE`);
    let held = await lock();
    return {
      release: () => held.release(),
      // PostgreSQL grants locks in the order of the requests, so those who wait now are served before us.
      letPass: async () => {
        const waiting = await this.lockWaiters('faults');
        const next = lock();
        while ((await this.lockWaiters('faults')) === waiting) await new Promise((resolve) => setTimeout(resolve, 5));
        await held.release();
        held = await next;
      },
    };
  }

  /** Returns how many statements of this kind, of all dispatchers, wait for a lock. */
  async waiting(statement: GroupedStatement): Promise<number> {
    return this.lockWaitersOf(WORDS_OF[statement]);
  }

  /** Returns how many statements of all dispatchers that have these words near their beginning wait for a lock. */
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

  /** Locks the rows of deliveries with these keys, so that others can neither lock nor change them. */
  lockDeliveries(keys: readonly string[]): Promise<HeldLock> {
    return this.hold('SELECT FROM dispatch.deliveries WHERE key = ANY($1) FOR UPDATE', [keys]);
  }

  /** Schedules the next try of waiting deliveries in `inMs`. Resolves with true once this was done for all of them. */
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

  /** Returns the largest number of deliveries with these keys whose rows in this table were written by one transaction. */
  async mostInOneTransaction(table: string, keys: readonly string[]): Promise<number> {
    const { most } = await this.one<{ most: number }>(
      `SELECT coalesce(max(together), 0)::int AS most FROM (
         SELECT count(DISTINCT t.delivery_id) AS together FROM ${table} t JOIN dispatch.deliveries d ON d.id = t.delivery_id
         WHERE d.key = ANY($1) GROUP BY t.xmin::text) counted`,
      [keys],
    );
    return most;
  }

  /** Ends a service's connections, as an administrator or a failover would. Resolves with their number. */
  async terminate(applicationName: string): Promise<number> {
    const ended = await this.rows('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [applicationName]);
    return ended.length;
  }

  /** Takes every connection that the server allows, including those of this service. */
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
