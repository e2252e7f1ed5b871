// The campaign's own look into PostgreSQL, and its grip on it: locks that hold a worker at a step.
import { Client, Pool, type PoolClient } from 'pg';

/** A lock that others wait for until it is let go. */
export type HeldLock = { release(): Promise<void> };

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
  lockTable(table: string, mode: 'SHARE' | 'ACCESS EXCLUSIVE'): Promise<HeldLock> {
    return this.hold(`LOCK TABLE ${table} IN ${mode} MODE`);
  }

  /** Others can neither lock nor change the rows of deliveries with these keys. */
  lockDeliveries(keys: readonly string[]): Promise<HeldLock> {
    return this.hold('SELECT FROM dispatch.deliveries WHERE key = ANY($1) FOR UPDATE', [keys]);
  }

  /** Puts off the next try of waiting deliveries; true once it has done so for all of them. */
  async delay(keys: readonly string[], ms: number): Promise<boolean> {
    const delayed = await this.rows(
      `UPDATE dispatch.deliveries SET due_at = now() + $2 * interval '1 millisecond'
       WHERE key = ANY($1) AND status = 'waiting' AND claim_id IS NULL RETURNING key`,
      [keys, ms],
    );
    return delayed.length === keys.length;
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
