import { randomUUID } from 'node:crypto';
import { DISPATCH_JOB } from '@billing-mail/contracts';
import { type Logger } from '@billing-mail/platform';
import { startTestRedis, type TestRedis } from '@billing-mail/testkit';
import Bull, { type Queue } from 'bull';
import { FairTurns } from './fair-turns.js';

describe('turns in the queue', () => {
  let redis: TestRedis;
  let queue: Queue<{ teamId: string; nth: number }>;
  let turns: FairTurns;
  beforeAll(async () => {
    redis = await startTestRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(() => {
    queue = new Bull(`turns-${randomUUID()}`, redis.url, { prefix: '{turns}' });
    turns = new FairTurns(queue, { warn: fail } as unknown as Logger);
  });
  afterEach(() => queue.close());

  const fail = (line: unknown): never => {
    throw new Error(JSON.stringify(line));
  };
  /** Adds that many jobs of a team, as any publisher may. */
  const add = async (teamId: string, count: number): Promise<void> => {
    for (let nth = 1; nth <= count; nth += 1) await queue.add(DISPATCH_JOB, { teamId, nth });
  };
  /** Takes jobs as a worker does. Returns the team and number of each. */
  const take = async (count: number): Promise<string> => {
    const taken: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const job = await queue.getNextJob();
      taken.push(job ? `${job.data.teamId}${job.data.nth}` : '-');
      await job?.moveToCompleted('done', true, true);
    }
    return taken.join(' ');
  };

  it('leaves a single team in its order', async () => {
    await add('a', 4);
    expect(await turns.give()).toBe(0);
    expect(await take(5)).toBe('a1 a2 a3 a4 -');
  });

  it('lets teams take turns, whoever came first and with how many', async () => {
    await add('a', 5);
    await add('b', 2);
    await add('c', 1);
    await turns.give();
    expect(await take(8)).toBe('a1 b1 c1 a2 b2 a3 a4 a5');
  });

  it('counts the turns of a team that comes later from the one that is being served', async () => {
    await add('a', 6);
    await turns.give();
    expect(await take(3)).toBe('a1 a2 a3');
    await add('b', 3);
    await turns.give();
    await add('c', 1);
    await turns.give();
    expect(await take(7)).toBe('a4 b1 c1 a5 b2 a6 b3');
  });

  it('gives nobody a second turn for the same job, and forgets turns once the queue is empty', async () => {
    await add('a', 3);
    for (let times = 0; times < 3; times += 1) await turns.give();
    expect(await take(4)).toBe('a1 a2 a3 -');
    await add('b', 1);
    await add('a', 1);
    await turns.give();
    expect(await take(2)).toBe('b1 a1');
    await turns.give();
    expect(await queue.client.exists(queue.toKey('last-turns'), queue.toKey('priority'))).toBe(0);
  });

  it('lets new ones wait behind until they have a turn, and serves what has no team', async () => {
    await add('a', 2);
    await turns.give();
    await add('b', 1);
    await queue.add(DISPATCH_JOB, 'no document' as never);
    await queue.add(DISPATCH_JOB, { teamId: 'not {a} team', nth: 1 });
    expect(await queue.getWaitingCount()).toBe(5);
    await turns.give();
    const seen = new Set((await take(5)).split(' '));
    expect(seen).toEqual(new Set(['a1', 'a2', 'b1', 'undefinedundefined', 'not', '{a}', 'team1']));
  });

  it('leaves what is too much at a time for the next time', async () => {
    const large = 'x'.repeat(9 * 1024 * 1024);
    for (const teamId of ['a', 'a', 'b']) await queue.add(DISPATCH_JOB, { teamId, nth: 1, large } as never);
    expect(await turns.give()).toBe(1);
    expect(await turns.give()).toBe(0);
    expect(await take(3)).toBe('a1 b1 a1');
  });

  it('passes a hundred thousand without walking all of them for a new one', async () => {
    await queue.client.eval(
      `for n = 1, 100000 do redis.call('HSET', ARGV[1] .. n, 'data', '{"teamId":"a"}') redis.call('LPUSH', KEYS[1], n) end`,
      1,
      queue.toKey('wait'),
      queue.toKey(''),
    );
    await queue.client.set(queue.toKey('id'), 100_000);
    await turns.give();
    await add('b', 1);
    await turns.give();
    const next = await queue.client.lrange(queue.toKey('wait'), -2, -1);
    expect(next).toEqual(['100001', '1']);
  });
});
