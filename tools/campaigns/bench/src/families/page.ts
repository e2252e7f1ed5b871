import { percentile, ServiceProcess } from '@billing-mail/tools/stage';
import { type ServiceName } from '@billing-mail/tools/starting/services';
import { TEAM } from '../loads.js';
import { atMost, type Family, plain, type Scale } from '../row.js';
import { type Figures } from '../running/figures.js';
import { type BenchStage, DISPATCHER_ROLE } from '../stage/bench-stage.js';
import { databaseWithPast, fillLanes, fillMonth, fillNotifications, LATER_MS } from '../stage/fill.js';
import { counting } from '../stage/statement-counts.js';

const [WAITING, IN_A_MONTH, NOTIFICATIONS] = [3000, 207_000, 50_000];
const READER = 'acme-admin';
const MILLION = 1_000_000;

async function largeTeam(stage: BenchStage): Promise<string> {
  await stage.database('large_team', async (made) => {
    await fillMonth(made, TEAM, IN_A_MONTH);
    await fillLanes(made, [TEAM], WAITING, LATER_MS);
    await fillNotifications(made, TEAM, READER, NOTIFICATIONS);
  });
  return 'large_team';
}

/** Starts a service and calls `run` with a function that sends it a request and resolves with the response time. */
async function asking<T>(stage: BenchStage, service: ServiceName, run: (ask: (path: string) => Promise<number>) => Promise<T>): Promise<T> {
  const env = stage.dispatcherEnv(await largeTeam(stage));
  const process = new ServiceProcess({ name: service, service, env, logFolder: stage.logFolder });
  await process.start();
  const headers = { authorization: `Bearer ${stage.tokens[READER]}` };
  try {
    return await run(async (path) => {
      const since = performance.now();
      const answer = await fetch(`${process.url}/v1/${path}`, { headers });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${path} is answered ${answer.status}`);
      return performance.now() - since;
    });
  } finally {
    await process.stop();
  }
}

/** Measures the median response time. */
const answering =
  (path: string) =>
  (stage: BenchStage, { quick }: Scale): Promise<Figures> =>
    asking(stage, 'mail-dispatcher', async (ask) => {
      // One after the other, and only a few: the service limits a team's requests, and each request should find the
      // caches that the previous one left.
      const times: number[] = [];
      for (let count = quick ? 10 : 40; count > 0; count -= 1) times.push(await ask(path));
      return { ms: percentile(times, 50) };
    });

/** Measures the statement alone, because the count is part of the list of notifications. */
const countingUnread = (stage: BenchStage): Promise<Figures> =>
  asking(stage, 'notification-service', async (ask) => {
    for (let count = 20; count > 0; count -= 1) await ask('notifications?limit=1');
    const { ms } = await (
      await stage.database('postgres')
    ).one<{ ms: number }>(
      `SELECT mean_exec_time AS ms FROM pg_stat_statements
       WHERE userid = $1::regrole AND query LIKE '%notify.read_until%' AND query LIKE '%count(*)%' ORDER BY calls DESC LIMIT 1`,
      [DISPATCHER_ROLE],
    );
    return { ms };
  });

async function sizeOfMillion(stage: BenchStage): Promise<Figures> {
  const database = await stage.database(await databaseWithPast(stage, MILLION, 5000));
  const { gib } = await database.one<{ gib: number }>(
    `SELECT sum(pg_total_relation_size(relid))::float8 / 2 ^ 30 AS gib FROM pg_stat_user_tables WHERE schemaname = 'dispatch'`,
  );
  return { gib };
}

/** The requests of the page and its statistics in a large team, and how many a million deliveries are. */
export const page: Family = {
  name: 'page',
  once: true,
  contenders: {
    list: answering(`teams/${TEAM}/deliveries?status=waiting`),
    statistics: answering(`teams/${TEAM}/deliveries/statistics?days=30&timeZone=Europe/Berlin`),
    unread: (stage) => counting(stage, () => countingUnread(stage)),
    size: sizeOfMillion,
  },
  rows: [
    plain(
      { name: 'list', says: 'the list of what waits in a team of 210,000 deliveries, p50', bound: atMost(10), unit: 'ms' },
      'ms',
      'list',
    ),
    plain({ name: 'month', says: 'statistics of the 30 days of these, p50', bound: atMost(20), unit: 'ms' }, 'ms', 'statistics'),
    plain({ name: 'unread', says: 'counting the unread of 50,000 notifications', bound: atMost(3), unit: 'ms' }, 'ms', 'unread'),
    plain({ name: 'size', says: 'a million deliveries without their documents', bound: null, unit: 'GiB' }, 'gib', 'size'),
  ],
};
