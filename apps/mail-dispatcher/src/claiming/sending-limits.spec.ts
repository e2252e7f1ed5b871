// Limits of a team's own server, kept by two dispatchers together, on real PostgreSQL, Redis and SMTP sockets; a minute is a second here.
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const WINDOWS = { minuteMs: 1000, dayMs: 24 * 3_600_000 };
const COUNT = 100;

describe('the limits of a team’s server', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ dispatchers: 2, windows: WINDOWS });
  });
  afterAll(() => harness.stop());
  beforeEach(() => harness.reset());

  const customTeam = (teamId: string, limits: Record<string, number>, version = 1) =>
    harness.saveSettings(teamSettings(teamId, { sender: 'custom', smtp: ownServer(harness.custom.port, { limits }), version }));

  it('hold for two dispatchers together, cost no try and hold up nobody else', async () => {
    const times: number[] = [];
    harness.custom.script = { mail: () => (times.push(performance.now()), '250 ok') };
    await customTeam('limited', { connections: 3, messagesPerMinute: 30 });
    await harness.saveSettings(teamSettings('other'));
    const jobs = Array.from({ length: COUNT }, () => invoice({ teamId: 'limited' }));
    const others = Array.from({ length: 20 }, () => invoice({ teamId: 'other' }));
    await Promise.all([...jobs, ...others].map((job) => harness.publish(job)));
    const ends: number[] = [];
    for (const { key } of others) ends.push(Date.parse((await harness.until('other', key)).settledAt ?? ''));
    const tries = new Set<string>();
    const limitedEnds: number[] = [];
    for (const { key } of jobs) {
      const { status, attempts, settledAt } = await harness.until('limited', key);
      tries.add(`${status} in ${attempts.length}`);
      limitedEnds.push(Date.parse(settledAt ?? ''));
    }
    expect(tries).toEqual(new Set(['sent in 1']));
    expect(Math.max(...ends)).toBeLessThan(Math.max(...limitedEnds));
    expect(harness.custom.maxConcurrentConnections).toBeLessThanOrEqual(3);
    times.sort((a, b) => a - b);
    for (const [index, at] of times.entries()) expect((times[index + 30] ?? Infinity) - at).toBeGreaterThan(WINDOWS.minuteMs - 1);
  }, 300_000);

  it('of a day let a delivery wait, say which, and let it go once they are lifted', async () => {
    await customTeam('daily', { recipientsPerDay: 1 });
    const [first, second] = [invoice({ teamId: 'daily' }), invoice({ teamId: 'daily' })];
    await harness.publish(first);
    await harness.until('daily', first.key);
    await harness.publish(second);
    const waiting = await harness.until('daily', second.key, ({ failure }) => failure !== null);
    expect(waiting).toMatchObject({
      attempts: [],
      failure: { code: 'sending_limit', message: expect.stringContaining('1 recipients a day') },
    });
    expect(Date.parse(waiting.nextTryAt ?? '')).toBeGreaterThan(Date.now() + WINDOWS.dayMs / 2);
    await customTeam('daily', {}, 2);
    expect((await harness.until('daily', second.key)).status).toBe('sent');
  });
});
