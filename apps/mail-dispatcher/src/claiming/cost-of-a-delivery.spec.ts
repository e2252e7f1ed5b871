// Limits for the cost of a delivery: statements under load and alone, and connections to the mail server.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@billing-mail/testkit';
import { type Pool } from 'pg';
import { DataSource } from 'typeorm';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

/** How long nothing is sent, to see the statements of an idle dispatcher. */
const IDLE_MS = 3000;
const DELIVERIES = 200;
/** Deliveries sent one after the other. */
const ALONE = 50;

describe('the cost of a delivery', () => {
  let harness: Harness;
  let idle: string[] = [];
  const asked: string[] = [];
  beforeAll(async () => {
    // Return paths are in use and must cost no statements.
    const BOUNCE_SECRET = `k1:${randomBytes(32).toString('base64')}`;
    harness = await startHarness({ env: { BOUNCE_DOMAIN: 'bounce.platform.example', BOUNCE_SECRET } });
    // Every statement goes over a connection of the pool, whichever code sends it.
    const source = harness.apps[0]?.get(DataSource) as DataSource;
    const seen = new WeakSet<object>();
    (source.driver as unknown as { master: Pool }).master.on('acquire', (client) => {
      if (seen.has(client)) return;
      seen.add(client);
      const asking = client as unknown as { query: (statement: string | { text: string }, ...rest: unknown[]) => unknown };
      const query = asking.query.bind(client);
      asking.query = (statement, ...rest) => {
        asked.push(typeof statement === 'string' ? statement : statement.text);
        return query(statement, ...rest);
      };
    });
    await harness.saveSettings(teamSettings('acme'));
    idle = await statementsDuring(() => sleep(IDLE_MS));
  });
  afterAll(() => harness.stop());
  beforeEach(() => harness.platform.forget());

  /** Returns the dispatcher's statements during `work`, with those within transactions but without their beginnings and ends. */
  const statementsDuring = async (work: () => Promise<unknown>): Promise<string[]> => {
    asked.length = 0;
    await work();
    return asked.filter((text) => !/^(?:START TRANSACTION|BEGIN|COMMIT|ROLLBACK)/.test(text));
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
    await eventually(
      () => settled(jobs.map(({ key }) => key)),
      (sent) => sent === count,
    );
  };

  const isOfTheWay = (statement: string): boolean => /INTO dispatch\.(?:deliveries|attempts|contents)/.test(statement);
  /**
   * Checks the statements that are not part of sending a delivery. Allowed are those that ask once or twice a second whether something is
   * due, and hardly more.
   */
  const checkOthers = (statements: readonly string[], ms: number, deliveries: number): void => {
    const others = statements.filter((statement) => !isOfTheWay(statement));
    // A fifth more, because the periods compared do not begin at the same point between two sweeps.
    const sweeps = (1.2 * idle.length * ms) / IDLE_MS;
    if (others.length > sweeps + deliveries / 4) expect(others).toHaveLength(Math.round(sweeps));
  };

  it('is at most one and a half statements under load, over no more connections than there are places', async () => {
    const since = performance.now();
    const statements = await statementsDuring(() => sendTogether(DELIVERIES));
    checkOthers(statements, performance.now() - since, DELIVERIES);
    expect(statements.filter(isOfTheWay).length / DELIVERIES).toBeLessThanOrEqual(1.5);
    expect(harness.platform.connections.length).toBeLessThanOrEqual(harness.env.DISPATCH_CONCURRENCY);
    expect(harness.platform.messages).toHaveLength(DELIVERIES);
  });

  it('is one statement each to take, release and settle it alone, over one connection for all', async () => {
    const since = performance.now();
    const statements = await statementsDuring(async () => {
      for (let index = 0; index < ALONE; index += 1) await sendTogether(1);
    });
    checkOthers(statements, performance.now() - since, ALONE);
    expect(statements.filter(isOfTheWay)).toHaveLength(ALONE * 3);
    expect(harness.platform.connections.filter(({ commands }) => commands.includes('DATA'))).toHaveLength(1);
  });
});
