// PostgreSQL goes away, freezes or is full: the servers' replies in the meantime are kept, and the mail is not sent again.
import { pause, type Play, type Scenario, seconds } from '../scenario.js';
import { BothRoutes, meetingOf } from './both-routes.js';
import { isEmpty, kept } from './journal-at-start.js';
import { Load } from './load.js';

type Noticed = { allowsDoubts: boolean };

const underLoad = (
  name: string,
  injects: string,
  inject: (load: Load, play: Play) => Promise<void>,
  { allowsDoubts }: Noticed = { allowsDoubts: false },
): Scenario => ({
  name,
  injects,
  expects: `nothing lost, ${allowsDoubts ? 'second copies only with a logged doubt' : 'no second copy'}, all settled within 60 s after it`,
  run: async (play) => {
    const load = await Load.on(play);
    await load.publish(30);
    await load.sent(3);
    await inject(load, play);
    const seen = await load.recover();
    const { doubtfulCopies } = (await play.judgement()).totals;
    play.expect(allowsDoubts || doubtfulCopies === 0, `${doubtfulCopies} second copies, although no process died`);
    return seen;
  },
});

/** How much longer the statements of a delivery's processing take, in seconds. */
const SLOW_S = 0.2;

const slowDown = async ({ database }: Play['stage']): Promise<() => Promise<void>> => {
  const tables = ['deliveries', 'recipients', 'attempts'];
  await database.rows(
    `CREATE FUNCTION public.be_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(${SLOW_S}); RETURN NULL; END $$`,
  );
  for (const table of tables)
    await database.rows(
      `CREATE TRIGGER slow AFTER INSERT OR UPDATE ON dispatch.${table} FOR EACH STATEMENT EXECUTE FUNCTION public.be_slow()`,
    );
  return async () => {
    for (const table of tables) await database.rows(`DROP TRIGGER slow ON dispatch.${table}`);
    await database.rows('DROP FUNCTION public.be_slow()');
  };
};

export const postgresFaults: readonly Scenario[] = [
  underLoad('restart', 'immediate restart, three times', async (_load, { stage }) => {
    for (let time = 0; time < 3; time += 1) {
      await stage.postgres.restart('immediate');
      await pause(1500);
    }
  }),
  underLoad('away', 'away for 12 s, longer than leases last', async (_load, { stage }) => {
    await stage.postgres.halt('immediate');
    await pause(12_000);
    await stage.postgres.start();
  }),
  underLoad('terminated', "the dispatchers' backends terminated every 0.3 s for 5 s", async (_load, { stage }) => {
    for (const end = Date.now() + 5000; Date.now() < end; await pause(300)) await stage.database.terminate('mail-dispatcher');
  }),
  underLoad('exhausted', 'no connection to be had for 6 s', async (_load, { stage }) => {
    const crowd = await stage.database.crowdOut('mail-dispatcher');
    await pause(6000);
    await crowd.release();
  }),
  underLoad('locked', 'dispatch.deliveries locked for 10 s, longer than leases last', async (_load, { stage }) => {
    const lock = await stage.database.lockTable('dispatch.deliveries', 'ACCESS EXCLUSIVE');
    await pause(10_000);
    await lock.release();
  }),
  underLoad('slow', `${SLOW_S * 1000} ms more for every write, for 8 s`, async (_load, { stage }) => {
    const speedUp = await slowDown(stage);
    await pause(8000);
    await speedUp();
  }),
  ...(['stay', 'die'] as const).map((dispatchers): Scenario => ({
    name: dispatchers === 'stay' ? 'away-at-250' : 'away-at-250-and-killed',
    injects: `away at the moment of the 250${dispatchers === 'die' ? ', and both dispatchers killed before it is back' : ''}`,
    expects: 'sent, one copy: the result was kept on disk',
    run: async (play) => {
      const { stage } = play;
      const routes = await BothRoutes.of(play);
      routes.onTaken(meetingOf(2, () => stage.postgres.halt('immediate')));
      await routes.publish();
      await play.awaits('results on disk', async () => (await kept(stage)) >= 2);
      routes.onTaken(() => undefined);
      if (dispatchers === 'die') await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.kill()));
      await pause(1000);
      await stage.postgres.start();
      if (dispatchers === 'die') await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.start()));
      const ms = await play.untilSettled();
      const seen = await routes.outcome({ status: ['sent'], copies: [1] });
      await play.awaits('journal emptied', () => isEmpty(stage));
      return `${seen}; ${seconds(ms)} after it was back`;
    },
  })),
];

export const diskFull: readonly Scenario[] = [
  underLoad('full', 'disk full for 6 s (small tmpfs)', async (_load, { stage }) => {
    const disk = stage.diskOf('postgres');
    disk.fill();
    await pause(6000);
    disk.empty();
    // PostgreSQL stops itself if there is no room for its write-ahead log.
    await stage.postgres.restart('immediate');
  }),
];
