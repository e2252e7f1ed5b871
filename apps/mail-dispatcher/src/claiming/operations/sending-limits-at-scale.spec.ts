// 5,000 deliveries of a team whose server takes 30 a minute over 3 connections, by two dispatchers on real PostgreSQL, Redis and SMTP
// sockets. A minute is ten seconds here: long enough that it hardly matters how soon a dispatcher notices that it may go on.
import { eventually } from '@billing-mail/testkit';
import { type DeliveryForecast } from '@billing-mail/contracts';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../../testing/dispatcher-harness.js';

const COUNT = 5000;
const LIMITS = { connections: 3, messagesPerMinute: 30 };
const WINDOWS = { minuteMs: 10_000, dayMs: 24 * 3_600_000 };
/** Another team hands in `documents` deliveries at a time, `rounds` times. */
const OTHERS = { rounds: 5, documents: 20 };

describe('5,000 deliveries of a team with limits', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ dispatchers: 2, windows: WINDOWS, env: { SMTP_SESSION_IDLE: '1s', DISPATCH_CONCURRENCY: '8' } });
  });
  afterAll(() => harness.stop());

  const settledCount = async (teamId: string): Promise<number> => {
    const [row] = await harness.sql.rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM dispatch.deliveries WHERE team_id = $1 AND settled_at IS NOT NULL`,
      [teamId],
    );
    return row?.count ?? 0;
  };
  const handIn = async (teamId: string, count: number): Promise<void> => {
    for (let left = count; left > 0; left -= 100)
      await Promise.all(Array.from({ length: Math.min(100, left) }, () => harness.publish(invoice({ teamId }))));
  };
  const allSettled = (teamId: string, count: number) =>
    eventually(
      () => settledCount(teamId),
      (settled) => settled === count,
      3_600_000,
    );

  it('go out as was foretold, never more than the server takes, and hold up no other team', async () => {
    const seen: number[] = [];
    harness.custom.script = { mail: () => (seen.push(performance.now()), '250 ok') };
    await harness.saveSettings(teamSettings('limited', { sender: 'custom', smtp: ownServer(harness.custom.port, { limits: LIMITS }) }));
    await harness.saveSettings(teamSettings('other'));
    const beganAt = Date.now();
    const asked = harness.http().get(`/v1/teams/limited/deliveries/forecast?documents=${COUNT}`);
    const { endsAt } = (await asked.set('Authorization', `Bearer ${harness.serviceToken}`)).body as DeliveryForecast;
    await handIn('limited', COUNT);

    for (let round = 1; round <= OTHERS.rounds; round += 1) {
      await eventually(
        () => seen.length,
        (count) => count >= (round * COUNT) / (OTHERS.rounds + 1),
        3_600_000,
      );
      const seenBefore = seen.length;
      await handIn('other', OTHERS.documents);
      await allSettled('other', round * OTHERS.documents);
      // However long a machine needs for these twenty deliveries: only a small part of the 5,000 goes out meanwhile.
      expect(seen.length - seenBefore).toBeLessThan(COUNT / 10);
    }
    await allSettled('limited', COUNT);
    const took = Date.now() - beganAt;

    expect(harness.custom.messages).toHaveLength(COUNT);
    expect(harness.custom.maxConcurrentConnections).toBeLessThanOrEqual(LIMITS.connections);
    const most = seen.filter((at, index) => (seen[index + LIMITS.messagesPerMinute] ?? Infinity) - at < WINDOWS.minuteMs);
    expect(most).toEqual([]);
    const foretold = Date.parse(endsAt ?? '') - beganAt;
    process.stdout.write(`foretold ${foretold} ms, took ${took} ms\n`);
    expect(took).toBeGreaterThan(0.9 * foretold);
    expect(took).toBeLessThan(1.1 * foretold);
  }, 3_600_000);
});
