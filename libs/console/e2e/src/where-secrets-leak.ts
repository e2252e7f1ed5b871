// Where a secret could come to light: everything that the services log, send to Redis and store; and the forms that it could have.
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { type System } from './system.js';

export type Watch = {
  /** What was written so far, by the name of the place. */
  places(): Promise<Record<string, string>>;
  stop(): Promise<void>;
};

/** Watches from now on. */
export async function watchForSecrets(system: System): Promise<Watch> {
  const redis = new Redis(system.redis.url);
  const monitor = await redis.monitor();
  let commands = '';
  monitor.on('monitor', (_time: string, args: string[]) => (commands += `${args.join(' ')}\n`));
  return {
    places: async () => ({ logs: system.logs(), redis: commands, rows: await rowsOf(system.database.url) }),
    stop: async () => {
      monitor.disconnect();
      redis.disconnect();
    },
  };
}

/** Returns the secret as it is, in base64 at each offset that it can have in encoded text, and in hexadecimal as PostgreSQL shows bytes. */
export function formsOf(secret: string): string[] {
  const inBase64 = [0, 1, 2].map((before) =>
    Buffer.from(' '.repeat(before) + secret)
      .toString('base64')
      .slice(before === 0 ? 0 : 4, -4),
  );
  return [secret, ...inBase64, Buffer.from(secret).toString('hex')];
}

/** Returns every row of every table of ours, as text. */
async function rowsOf(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    let all = '';
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`SELECT row::text AS text FROM ${name} AS row`);
      all += rows.map(({ text }) => `${name} ${text}\n`).join('');
    }
    return all;
  } finally {
    await client.end();
  }
}
