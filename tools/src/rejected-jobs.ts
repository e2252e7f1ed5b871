import { Client } from 'pg';
import { z } from 'zod';

const rejection = z.object({ reason: z.string(), errors: z.array(z.object({ pointer: z.string(), message: z.string() })) });

/** Reads from the table `rejected_jobs` why the dispatcher set jobs aside, for a program that published a job and waits for it. */
export class RejectedJobs {
  private constructor(
    private readonly client: Client,
    /** The database's time when we began. Earlier rejections are not ours. */
    readonly since: Date,
  ) {}

  static async open(databaseUrl: string): Promise<RejectedJobs> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ now: Date }>('SELECT now()');
    return new RejectedJobs(client, rows[0]?.now ?? new Date());
  }

  /** Returns the reason in words, field by field, or `null` as long as there is none. */
  async find(teamId: string, key: string): Promise<string | null> {
    const { rows } = await this.client.query(
      'SELECT reason, errors FROM dispatch.rejected_jobs WHERE team_id = $1 AND key = $2 AND received_at >= $3 ORDER BY id DESC LIMIT 1',
      [teamId, key, this.since],
    );
    if (rows[0] === undefined) return null;
    const { reason, errors } = rejection.parse(rows[0]);
    return [reason, ...errors.map(({ pointer, message }) => `${pointer} ${message}`)].join('\n  ');
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
