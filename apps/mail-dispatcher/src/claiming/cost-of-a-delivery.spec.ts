// Limits for the cost of a delivery: statements under load and alone, connections to the mail server, and bytes on disk.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const DELIVERIES = 200;

describe('the cost of a delivery', () => {
  let harness: Harness;
  let source: DataSource;
  beforeAll(async () => {
    // Return paths are in use and must cost no statements.
    const BOUNCE_SECRET = `k1:${randomBytes(32).toString('base64')}`;
    harness = await startHarness({ env: { BOUNCE_DOMAIN: 'bounce.platform.example', BOUNCE_SECRET } });
    source = harness.apps[0]?.get(DataSource) as DataSource;
    await harness.saveSettings(teamSettings('acme'));
  });
  afterAll(() => harness.stop());
  beforeEach(() => harness.platform.forget());

  /**
   * Statements of the dispatcher during `work`. Those of a transaction are not seen here, and no delivery has one on its way: less than one in ten has
   * its look fixed afterwards on a slow machine, and rows whose time is over are looked for now and then.
   */
  const statementsDuring = async (work: () => Promise<unknown>): Promise<string[]> => {
    const own = jest.spyOn(source, 'query');
    const pool = jest.spyOn(
      (source.driver as unknown as { master: { query: (config: { text: string }) => Promise<unknown> } }).master,
      'query',
    );
    const transaction = jest.spyOn(source, 'transaction');
    try {
      await work();
      expect(transaction.mock.calls.length).toBeLessThan(DELIVERIES / 10);
      return [...own.mock.calls.map(([statement]) => statement), ...pool.mock.calls.map(([{ text }]) => text)];
    } finally {
      own.mockRestore();
      pool.mockRestore();
      transaction.mockRestore();
    }
  };
  const settled = async (keys: readonly string[]): Promise<number> => {
    const [row] = await harness.sql.rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM dispatch.deliveries WHERE key = ANY($1) AND status = 'sent'`,
      [keys],
    );
    return row?.count ?? 0;
  };
  const sendTogether = async (count: number): Promise<void> => {
    const jobs = Array.from({ length: count }, () => invoice());
    await Promise.all(jobs.map((job) => harness.publish(job)));
    await harness.eventually(
      () => settled(jobs.map(({ key }) => key)),
      (sent) => sent === count,
    );
  };

  it('is at most two statements under load, over no more connections than there are places', async () => {
    const statements = await statementsDuring(() => sendTogether(DELIVERIES));
    expect(statements.length / DELIVERIES).toBeLessThanOrEqual(2);
    expect(harness.platform.connections.length).toBeLessThanOrEqual(harness.env.DISPATCH_CONCURRENCY);
    expect(harness.platform.messages).toHaveLength(DELIVERIES);
  });

  it('is one statement each to take, release and settle it alone, over one connection for all', async () => {
    const idle = (await statementsDuring(() => sleep(3000))).length;
    const since = Date.now();
    const statements = await statementsDuring(async () => {
      for (let index = 0; index < 20; index += 1) await sendTogether(1);
    });
    // What asks once or twice a second whether something is due asks so with or without deliveries.
    const sweeps = ((Date.now() - since) / 3000) * idle;
    expect(statements.length - sweeps).toBeLessThanOrEqual(20 * 6);
    const ofTheWay = statements.filter((statement) => /INTO dispatch\.(?:deliveries|attempts|contents)/.test(statement));
    expect(ofTheWay).toHaveLength(20 * 3);
    expect(harness.platform.connections.filter(({ commands }) => commands.includes('DATA'))).toHaveLength(1);
  });
});
