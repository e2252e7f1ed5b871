// Services that freeze, run out of memory, get a wrong clock, are killed by a delivery, or are replaced under load.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CRASHES_BEFORE_ALONE, CRASHES_BEFORE_REHEARSAL, DEATHS_ALONE_ALLOWED } from '@billing-mail/mail-core';
import { POISON, POISON_OF_SERVICES, writePoison } from '@billing-mail/testkit';
import { findFaketimeLibrary } from '@billing-mail/tools/faketime-library';
import { NotPossibleHereError, pause, type Play, type Scenario, seconds, type UncertainPolicy } from '../scenario.js';
import { type ServiceProcess } from '@billing-mail/tools/stage';
import { BothRoutes, meetingOf } from './both-routes.js';
import { Load } from './load.js';

/** Longer than the leases of the campaign (4 s), so that another dispatcher takes over. */
const FROZEN_MS = 10_000;

async function thawLater(play: Play, frozen: readonly ServiceProcess[]): Promise<void> {
  play.expect(frozen.length > 0, 'nobody held the deliveries');
  await pause(FROZEN_MS);
  for (const holder of frozen) holder.thaw();
  // Time in which the processes that woke up could do harm.
  await pause(4000);
}

const frozenBeforeTheGate: Scenario = {
  name: 'frozen-before-the-gate',
  injects: `a dispatcher stands still for ${seconds(FROZEN_MS)} with the message half sent, and goes on after another took over`,
  expects: 'sent once: the gate refuses the one that lost its claim',
  run: async (play) => {
    const routes = await BothRoutes.of(play);
    let go = (): void => undefined;
    const isFrozen = new Promise<void>((resolve) => (go = resolve));
    routes.behave({ data: { wait: isFrozen, then: '354 go' } });
    await routes.publish();
    await play.awaits('DATA', () => routes.isSo(({ commands }) => commands.includes('DATA')));
    const holders = await routes.holders();
    // At most one may be frozen; otherwise nobody is left to take over.
    const [frozen] = holders;
    frozen?.freeze();
    go();
    await thawLater(play, frozen ? [frozen] : []);
    await play.untilSettled();
    routes.behave();
    return routes.outcome({ status: ['sent'], copies: [1] });
  },
};

export const frozenAfterTheGate = (policy: UncertainPolicy): Scenario => ({
  name: 'frozen-after-the-gate',
  injects: `a dispatcher stands still for ${seconds(FROZEN_MS)} with the end of data out, and reads the 250 after another took over`,
  expects: policy === 'hold' ? 'one copy, in doubt until the 250 is read: then sent' : 'sent; the second copy with a logged doubt',
  run: async (play) => {
    const routes = await BothRoutes.of(play);
    const frozen: ServiceProcess[] = [];
    const freezeOne = async (): Promise<void> => {
      const [holder] = await routes.holders();
      holder?.freeze();
      if (holder) frozen.push(holder);
    };
    routes.onTaken(meetingOf(2, freezeOne));
    await routes.publish();
    await play.awaits('end of data', () => frozen.length > 0);
    await pause(100);
    routes.onTaken(() => undefined);
    await thawLater(play, frozen);
    await play.untilSettled();
    return routes.outcome({ status: ['sent'], copies: policy === 'hold' ? [1] : [1, 2] });
  },
});

type Poison = { name: string; injects: string; expects: string; subject: string; dispatchers: number };

const POISONS: readonly Poison[] = [
  {
    name: 'poison',
    injects: 'a delivery that kills whatever process composes it, with invoices of others',
    expects: 'it kills two dispatchers and then only its own rehearsals: failed and told; the others are sent',
    subject: POISON,
    dispatchers: CRASHES_BEFORE_REHEARSAL,
  },
  {
    name: 'slow-poison',
    injects: 'a delivery that kills every dispatcher that sends it, and no rehearsal, with invoices of others',
    expects: 'it kills some dispatchers in which it was alone: failed and told; the others are sent',
    subject: POISON_OF_SERVICES,
    dispatchers: CRASHES_BEFORE_ALONE + DEATHS_ALONE_ALLOWED,
  },
];

const poison = ({ subject, dispatchers: most, ...scenario }: Poison): Scenario => ({
  ...scenario,
  run: async (play) => {
    const { stage } = play;
    const { dispatchers } = stage;
    const usual = dispatchers.map(({ options }) => options.nodeArgs ?? []);
    const file = await writePoison(stage.folder);
    for (const dispatcher of dispatchers) dispatcher.options.nodeArgs = ['--require', file];
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop().then(() => dispatcher.start())));
    const [teamId, bystander] = [await play.team(), await play.team()];
    const key = await play.publish(teamId, { subject: `${subject} 42` });
    await play.publishMany(bystander, 10);
    let kills = 0;
    await play.until(
      async () => {
        for (const dispatcher of dispatchers.filter(({ isRunning }) => !isRunning)) {
          kills += 1;
          // It may die before it was seen to be ready; then the next iteration finds it dead.
          await dispatcher.start().catch(() => undefined);
        }
        return (await play.delivery(key))?.status === 'failed';
      },
      300_000,
      20,
    );
    await play.untilSettled();
    for (const [index, dispatcher] of dispatchers.entries()) dispatcher.options.nodeArgs = usual[index] ?? [];
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop().then(() => dispatcher.start())));
    const { code } = await stage.database.one<{ code: string | null }>(
      `SELECT failure ->> 'code' AS code FROM dispatch.deliveries WHERE key = $1`,
      [key],
    );
    const others = (await play.deliveries()).filter((delivery) => delivery.teamId === bystander);
    play.expect(kills === most, `it killed ${kills} dispatchers, not ${most}`);
    play.expect(code === 'too_many_crashes', `the reason told is ${code}`);
    play.expect(
      others.every(({ status }) => status === 'sent'),
      'not all others were sent',
    );
    return `${(await play.delivery(key))?.status} after ${kills} dispatchers, reason ${code}; ${others.length} invoices of others sent`;
  },
});

const recovery: Scenario = {
  name: 'all-dead',
  injects: 'all five services killed at once with 40 invoices at every step, Redis emptied before they are back',
  expects: 'nothing lost, second copies only with a logged doubt',
  run: async (play) => {
    const { stage } = play;
    const load = await Load.on(play);
    await load.publish(40);
    await load.takenIn();
    await load.sent(5);
    const all = [...stage.dispatchers, ...stage.notifiers, stage.settings];
    await Promise.all(all.map((service) => service.kill()));
    await stage.redis.flush();
    await Promise.all(all.map((service) => service.start()));
    return load.recover();
  },
};

/** The longest time that the services may take for an orderly end (the contract with an orchestrator). */
const END_MS = 30_000;

const rollingRestart: Scenario = {
  name: 'rolling-restart',
  injects: 'each of the five services replaced by SIGTERM and a new start, one after the other, 120 invoices meanwhile',
  expects: 'no doubt, no second copy, each ends within 30 s',
  run: async (play) => {
    const { stage } = play;
    const load = await Load.on(play);
    let isOver = false;
    const publishing = (async () => {
      for (let round = 0; round < 30 || !isOver; round += 1, await pause(400)) if (round < 30) await load.publish(4);
    })();
    let longest = 0;
    for (const service of [...stage.dispatchers, ...stage.notifiers, stage.settings]) {
      longest = Math.max(longest, await service.stop());
      await service.start();
    }
    isOver = true;
    await publishing;
    const seen = await load.recover();
    const { doubtfulCopies, uncertain } = (await play.judgement()).totals;
    play.expect(longest < END_MS, `one took ${seconds(longest)} to end`);
    play.expect(doubtfulCopies + uncertain === 0, `${doubtfulCopies} second copies, ${uncertain} uncertain`);
    return `${seen}; the slowest ended within ${seconds(longest)}`;
  },
};

const memoryLimit: Scenario = {
  name: 'memory-limit',
  injects: 'dispatchers with 60 MB of heap meet eight invoices of 20 MB at once; they are started again with more',
  expects: 'nothing lost, nothing doubled',
  run: async (play) => {
    const { stage } = play;
    const teamId = await play.team();
    await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.stop()));
    for (const dispatcher of stage.dispatchers) dispatcher.options.nodeArgs = ['--max-old-space-size=60'];
    await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.start()));
    await Promise.all(Array.from({ length: 8 }, () => play.publish(teamId, { bytes: 18_000_000 })));
    await play.until(() => stage.dispatchers.some(({ isRunning }) => !isRunning), 15_000);
    const died = stage.dispatchers.filter(({ isRunning }) => !isRunning).length;
    for (const dispatcher of stage.dispatchers) {
      dispatcher.options.nodeArgs = [];
      await dispatcher.stop();
      await dispatcher.start();
    }
    const ms = await play.untilSettled(90_000);
    return `${died} of ${stage.dispatchers.length} died of it; all settled ${seconds(ms)} after the restart`;
  },
};

/** Moves both dispatchers' clock while they send. Their monotonic clock and PostgreSQL's clock are unchanged. */
const movedClock = (name: string, offset: string, isCertificateGood: boolean): Scenario => ({
  name,
  injects: `the dispatchers' clock jumps by ${offset} while they send, and back after 6 s`,
  expects: isCertificateGood
    ? 'all sent once'
    : 'all sent once; mail to be signed waits for a good certificate, its tries stay whole; only TLS may cost one',
  run: async (play) => {
    const { stage } = play;
    const library = findFaketimeLibrary();
    if (library === null) throw new NotPossibleHereError('needs libfaketime; apt-get install -y faketime');
    const file = join(stage.folder, 'faketime.rc');
    const setClock = (value: string): void => writeFileSync(file, `${value}\n`);
    setClock('+0');
    const usual = stage.dispatchers.map(({ options }) => options.env);
    for (const { options } of stage.dispatchers)
      options.env = {
        ...options.env,
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_CACHE_DURATION: '1',
        DONT_FAKE_MONOTONIC: '1',
      };
    await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.kill().then(() => dispatcher.start())));
    // Without TLS, because a server's certificate would have expired as well, which is another fault.
    const own = stage.takeServer();
    const slowly = { final: { wait: 300, then: '250 ok' } };
    own.behave({ ...slowly, security: 'none', accounts: undefined });
    const custom = await play.team({ server: own, security: 'none' });
    const platform = await play.team();
    await play.publishMany(custom, 40);
    await play.publishMany(platform, 10);
    setClock(offset);
    await pause(2000);
    await play.publishMany(platform, 10);
    await pause(4000);
    const meanwhile = await play.deliveries();
    const open = meanwhile.filter(({ status }) => ['queued', 'sending', 'waiting'].includes(status)).length;
    setClock('+0');
    const ms = await play.untilSettled();
    own.behave();
    stage.dispatchers.forEach(({ options }, index) => (options.env = usual[index] ?? options.env));
    await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.stop().then(() => dispatcher.start())));
    const deliveries = await play.deliveries();
    // For the dispatchers, the certificate of the platform's server had expired meanwhile as well.
    const isFine = ({ outcome, stage }: { outcome: string | null; stage: string | null }): boolean =>
      outcome === 'accepted' || (!isCertificateGood && stage === 'tls');
    play.expect(
      deliveries.every(({ status, attempts }) => status === 'sent' && attempts.every(isFine)),
      'not all were sent, or some failed otherwise than by a certificate',
    );
    return `${deliveries.filter(({ attempts }) => attempts.length === 1).length} of ${deliveries.length} sent at the first try; ${open} waited while it was wrong; all settled ${seconds(ms)} after`;
  },
});

export const processFaults: readonly Scenario[] = [
  frozenBeforeTheGate,
  frozenAfterTheGate('retry'),
  ...POISONS.map(poison),
  recovery,
  rollingRestart,
  memoryLimit,
  movedClock('clock-2h', '+2h', true),
  movedClock('clock-400d', '+400d', false),
];
