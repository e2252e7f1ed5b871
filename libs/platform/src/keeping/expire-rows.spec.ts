import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { Client } from 'pg';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { type Expiry, EXPIRED_AT_ONCE, ExpireRows } from './expire-rows.js';

const ROWS = 2 * EXPIRED_AT_ONCE + 100;
const KINDS = ['letters', 'parcels'];
const expiryOf = (kind: string): Expiry => ({
  kind,
  afterMs: 1000,
  statement: `DELETE FROM ${kind} WHERE id IN (SELECT id FROM ${kind} WHERE made_at < now() - $1::float8 * interval '1 millisecond' LIMIT ${EXPIRED_AT_ONCE})`,
});

describe('rows whose time is over', () => {
  let database: TestDatabase;
  let other: Client;
  const sources: DataSource[] = [];

  beforeAll(async () => {
    database = await startTestDatabase();
    other = new Client({ connectionString: database.url });
    await other.connect();
    for (const kind of KINDS)
      await other.query(`CREATE TABLE ${kind} AS SELECT id, now() - interval '1 hour' AS made_at FROM generate_series(1, ${ROWS}) id`);
  });
  afterAll(async () => {
    for (const source of sources) await source.destroy();
    await other.end();
    await database.stop();
  });

  /** Starts one process. `turns` resolves once it has asked for its turn `times` times, `removed` to how many rows it has removed. */
  async function start(expiries: Expiry[], times: number) {
    let asked = 0;
    let hasAsked: () => void;
    const turns = new Promise<void>((resolve) => (hasAsked = resolve));
    const logQuery = (query: string): void => {
      if (query.includes('pg_try_advisory_xact_lock') && ++asked === times) hasAsked();
    };
    const nothing = (): void => undefined;
    const logger = {
      logQuery,
      logQueryError: nothing,
      logQuerySlow: nothing,
      logSchemaBuild: nothing,
      logMigration: nothing,
      log: nothing,
    };
    const source = await new DataSource({ type: 'postgres', url: database.url, logging: true, logger }).initialize();
    sources.push(source);
    return { turns, removed: new ExpireRows(source, pino({ level: 'silent' }), expiries).expire() };
  }

  it('are all removed by two processes that are at it at the same time, however often one finds the other at it', async () => {
    await other.query('BEGIN');
    await other.query(`SELECT pg_advisory_xact_lock(hashtext('expire ' || current_user))`);
    const processes = [await start(KINDS.map(expiryOf), 2), await start(KINDS.map(expiryOf).reverse(), 2)];
    // A process that gives up instead of asking again is done by now.
    for (const { turns, removed } of processes) await Promise.race([turns, removed]);
    await other.query('COMMIT');
    const [one, two] = await Promise.all(processes.map(({ removed }) => removed));
    expect(KINDS.map((kind) => (one?.[kind] ?? 0) + (two?.[kind] ?? 0))).toEqual([ROWS, ROWS]);
    const left = await Promise.all(KINDS.map(async (kind) => (await other.query(`SELECT FROM ${kind}`)).rowCount));
    expect(left).toEqual([0, 0]);
  });
});
