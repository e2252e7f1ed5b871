// kill -9 of the dispatcher that holds a delivery, at each step of its processing, and at random under load.
import { randomInt } from 'node:crypto';
import { type SmtpAction, times } from '@billing-mail/testkit';
import { pause, type Play, type Scenario, seconds, type UncertainPolicy } from '../scenario.js';
import { type HeldLock, type ServiceProcess } from '@billing-mail/tools/stage';
import { BothRoutes, meetingOf } from './both-routes.js';

type Step = {
  name: string;
  injects: string;
  /** Brings the deliveries to the step and holds them there. Returns the function that releases them. */
  hold: (routes: BothRoutes, play: Play) => Promise<() => Promise<void> | void>;
  /** The end of data may already have been sent, so that nobody can know whether the server took the message. */
  inDoubt: boolean;
  /** Number of copies that a server gets, if the delivery takes more than one transaction. */
  copies?: Record<UncertainPolicy, readonly number[]>;
};

const NOTHING = (): void => undefined;

/** Makes the next message need a new connection, which then waits for the banner. */
async function stallAtConnection(routes: BothRoutes): Promise<void> {
  routes.behave({ connect: 'stall' });
  await Promise.all(routes.servers.map((server) => server.hangUp()));
}

/** Publishes, and waits until the bodies are sent and the dispatchers ask, at a lock, whether their end of data may follow. */
async function askAtLock(routes: BothRoutes, play: Play): Promise<HeldLock> {
  const { database } = play.stage;
  const lock = await database.lockTable('dispatch.attempts', 'SHARE');
  await routes.publish();
  await play.awaits('bodies begun', () => routes.isSo(({ bodiesBegun }) => bodiesBegun > 0));
  await play.awaits('at the gate', async () => (await database.waiting('released')) > 0);
  return lock;
}

const STEPS: readonly Step[] = [
  {
    name: 'taken',
    injects: 'kill -9 of the process that took the delivery and goes on with it, while it waits for the banner: nothing is composed',
    inDoubt: false,
    hold: async (routes, play) => {
      await stallAtConnection(routes);
      await routes.publish();
      await play.awaits('connected', () => routes.isSo(({ openConnections }) => openConnections > 0), 20_000);
      return () => routes.behave();
    },
  },
  {
    name: 'claimed',
    injects: 'kill -9 of the process that claimed a delivery for its second try, while it waits for the banner',
    inDoubt: false,
    hold: async (routes, play) => {
      routes.behave({ mail: '451 4.3.0 later' });
      await routes.publish();
      await play.awaits('first try', () => play.stage.database.planNextTry(routes.keys, 1500));
      await stallAtConnection(routes);
      await play.awaits('claimed', () => routes.areClaimed());
      await play.awaits('connected', () => routes.isSo(({ openConnections }) => openConnections > 0), 20_000);
      return () => routes.behave();
    },
  },
  {
    name: 'composed',
    injects: 'kill -9 of the holder when the message is composed and offered, before a byte of it is out',
    inDoubt: false,
    hold: async (routes, play) => {
      routes.behave({ data: 'stall' });
      await routes.publish();
      await play.awaits('DATA', () => routes.isSo(({ commands }) => commands.includes('DATA')));
      return () => routes.behave();
    },
  },
  {
    name: 'before-the-gate',
    injects: 'kill -9 of the holder while it asks whether the end of data may go out',
    inDoubt: true,
    hold: async (routes, play) => {
      const lock = await askAtLock(routes, play);
      return () => lock.release();
    },
    copies: { retry: [1], hold: [0, 1] },
  },
  {
    name: 'released',
    injects: 'kill -9 of the holder between the commit that the end of data goes out and its last byte',
    inDoubt: true,
    hold: async (routes, play) => {
      const lock = await askAtLock(routes, play);
      for (const holder of await routes.holders()) holder.freeze();
      await lock.release();
      await play.awaits('released', async () => (await routes.releasedTries()) > 0);
      play.expect(
        routes.isSo(({ endsOfData }) => endsOfData === 0),
        'the last byte was out already',
      );
      return NOTHING;
    },
    copies: { retry: [1], hold: [0, 1] },
  },
  {
    name: 'after-the-gate',
    injects: 'kill -9 of the holder when the end of data is out and nothing was answered',
    inDoubt: true,
    hold: async (routes, play) => {
      routes.behave({ final: 'stall' });
      await routes.publish();
      await play.awaits('end of data', () => routes.isSo(({ endsOfData }) => endsOfData > 0));
      return () => routes.behave();
    },
  },
  {
    name: 'second-transaction',
    injects: 'kill -9 of the holder in the second of three transactions, its end of data out; the first was answered',
    inDoubt: true,
    hold: async (routes, play) => {
      // Each server gets a script of its own; each server counts its turns for itself.
      for (const server of routes.servers) server.behave({ final: times(1, '250 2.0.0 ok', 'stall') });
      await routes.publish({ to: Array.from({ length: 120 }, (_, index) => ({ address: `p${index}@customer.example` })) });
      await play.awaits('end of data', () => routes.isSo(({ endsOfData }) => endsOfData > 1));
      return () => routes.behave();
    },
    copies: { retry: [4], hold: [3] },
  },
  {
    name: 'after-250',
    injects: 'kill -9 of the holder with the 250 in its socket, unread',
    inDoubt: true,
    hold: async (routes, play) => {
      // One process may hold both, so nothing is frozen before both have reached this point.
      const freezeHolders = async (): Promise<void> => (await routes.holders()).forEach((holder) => holder.freeze());
      routes.onTaken(meetingOf(2, freezeHolders));
      await routes.publish();
      await play.awaits('end of data', () => routes.isSo(({ messages }) => messages.length > 0));
      await pause(200);
      routes.onTaken(NOTHING);
      return NOTHING;
    },
  },
  {
    name: 'before-settle',
    injects: 'kill -9 of the holder that has read the 250 and can not record it yet',
    inDoubt: true,
    hold: async (routes, play) => {
      let lock: HeldLock | null = null;
      // Locked only when both have come this far, because a locked delivery would not get here.
      const lockBoth = async (): Promise<void> => {
        lock = await play.stage.database.lockDeliveries(routes.keys);
      };
      routes.onTaken(meetingOf(2, lockBoth));
      await routes.publish();
      await play.awaits('250', () => routes.isSo(({ messages }) => messages.length > 0));
      await play.awaits('record', async () => (await play.stage.database.waiting('settled')) > 0);
      routes.onTaken(NOTHING);
      return async () => lock?.release();
    },
  },
];

const EXPECTED = {
  certain: { words: 'sent once', status: ['sent'], copies: [1] },
  retry: { words: 'sent; a second copy only with a logged doubt', status: ['sent'], copies: [1, 2] },
  hold: { words: 'uncertain and told, or sent; no second copy', status: ['uncertain', 'sent'], copies: [0, 1] },
} as const;

export const killsAtSteps = (policy: UncertainPolicy): readonly Scenario[] =>
  STEPS.filter(({ inDoubt }) => inDoubt || policy === 'retry').map(({ name, injects, inDoubt, hold, copies }) => {
    const usual = EXPECTED[inDoubt ? policy : 'certain'];
    const expected = { ...usual, copies: copies?.[policy] ?? usual.copies };
    return {
      name,
      injects,
      expects: expected.words,
      run: async (play) => {
        const routes = await BothRoutes.of(play);
        const letGo = await hold(routes, play);
        const killed = await routes.holders();
        play.expect(killed.length > 0, 'nobody held the deliveries');
        await Promise.all(killed.map((holder) => holder.kill()));
        await letGo();
        await Promise.all(killed.map((holder) => holder.start()));
        const ms = await play.untilSettled();
        return `${await routes.outcome(expected)}; ${seconds(ms)} after the kill`;
      },
    };
  });

const MESSAGES = 600;
const KILLS = 22;

/** Makes each server slow enough that kills hit every step, and sometimes as faulty as real servers are. */
function capriciously(): SmtpAction {
  const mood = randomInt(100);
  if (mood < 4) return '451 4.3.0 later';
  if (mood < 6) return 'close';
  return { wait: randomInt(20, 150), then: '250 2.0.0 ok' };
}

export const randomKills = (policy: UncertainPolicy): Scenario => ({
  name: `random-${policy}`,
  injects: `${KILLS} times kill -9 of one of two dispatchers, two notification-services and settings-api, over ${MESSAGES} invoices to two people each`,
  expects: policy === 'hold' ? 'nothing lost, nobody gets a second copy' : 'nothing lost, second copies only with a logged doubt',
  run: async (play) => {
    const { stage } = play;
    const own = [stage.takeServer(), stage.takeServer()];
    for (const server of [...own, stage.platform]) server.behave(() => ({ rcpt: { wait: 20, then: '250 ok' }, final: capriciously() }));
    const teams = [await play.team({ server: own[0] }), await play.team({ server: own[1], fallback: true }), await play.team()];
    const mortal: ServiceProcess[] = [...stage.dispatchers, ...stage.dispatchers, ...stage.notifiers, stage.settings];
    const restarts: Promise<void>[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await Promise.all(Array.from({ length: Math.ceil(MESSAGES / KILLS) }, (_, index) => play.publish(teams[index % teams.length] ?? '')));
      await pause(randomInt(100, 900));
      const running = mortal.filter(({ isRunning }) => isRunning);
      const victim = running[randomInt(running.length)];
      if (victim === undefined) continue;
      await victim.kill();
      const restart = pause(300).then(() => victim.start());
      // A failed start fails this scenario below, not the campaign.
      restart.catch(() => undefined);
      restarts.push(restart);
      // At most two may be down at a time.
      await play.until(() => mortal.filter(({ isRunning }) => !isRunning).length <= 2, 30_000, 20);
    }
    await Promise.all(restarts);
    const ms = await play.untilSettled(120_000);
    const { totals } = await play.judgement();
    for (const server of [...own, stage.platform]) server.behave();
    return `${totals.accepted} accepted, ${totals.failed} failed, ${totals.uncertain} uncertain, ${totals.doubtfulCopies} second copies after a doubt; all settled ${seconds(ms)} after the last kill`;
  },
});
