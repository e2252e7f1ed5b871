// Repeated kill -9 for reasons unrelated to the deliveries being processed: none of them may fail because of it.
import { randomInt } from 'node:crypto';
import { pause, type Scenario, seconds } from '../scenario.js';

const STORM_DELIVERIES = 400;

const killStorm: Scenario = {
  name: 'storm',
  injects: `one of two dispatchers killed every 0.4 to 0.9 s until ${STORM_DELIVERIES} deliveries of four teams are taken in, and ten times more`,
  expects: 'nobody is failed for it',
  run: async (play) => {
    const { stage } = play;
    const own = [stage.takeServer(), stage.takeServer()];
    for (const server of [...own, stage.platform])
      server.behave({ rcpt: { wait: 20, then: '250 ok' }, final: { wait: 80, then: '250 2.0.0 ok' } });
    const teams = [await play.team({ server: own[0] }), await play.team({ server: own[1] }), await play.team(), await play.team()];
    const publishing = Promise.all(teams.map((teamId) => play.publishMany(teamId, STORM_DELIVERIES / teams.length)));
    let kills = 0;
    for (let left = 10; left > 0;) {
      await pause(randomInt(400, 900));
      const running = stage.dispatchers.filter(({ isRunning }) => isRunning);
      const victim = running[randomInt(Math.max(1, running.length))];
      if (victim === undefined) continue;
      await victim.kill();
      kills += 1;
      // The other dispatcher continues meanwhile.
      victim.start().catch(() => undefined);
      if ((await stage.invoicing.waitingJobs()) === 0) left -= 1;
    }
    await publishing;
    await play.until(() => stage.dispatchers.every(({ isRunning }) => isRunning), 60_000);
    const ms = await play.untilSettled(240_000);
    const { totals } = await play.judgement();
    for (const server of [...own, stage.platform]) server.behave();
    play.expect(totals.failed === 0, `${totals.failed} recipients failed although every server works`);
    return `${kills} kills: ${totals.accepted} accepted, ${totals.failed} failed, ${totals.doubtfulCopies} second copies after a doubt; all settled ${seconds(ms)} after the last kill`;
  },
};

const killsWhileGreeting: Scenario = {
  name: 'greeting',
  injects: 'all dispatchers killed three times while the servers of four teams take their time to greet, 16 invoices in hand',
  expects: 'all sent, by one try each',
  run: async (play) => {
    const { stage } = play;
    const own = Array.from({ length: 4 }, () => stage.takeServer());
    // So long that all four are connected, and the dispatchers killed, before the first one greets.
    for (const server of own) server.behave({ banner: { wait: 12_000, then: '220 at last' } });
    for (const server of own) await play.publishMany(await play.team({ server }), 4);
    for (let kill = 0; kill < 3; kill += 1) {
      await play.awaits('connected', () => own.every(({ openConnections }) => openConnections > 0), 30_000);
      await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.kill()));
      await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.start()));
    }
    const ms = await play.untilSettled();
    for (const server of own) server.behave();
    const deliveries = await play.deliveries();
    const sent = deliveries.filter(({ status, attempts }) => status === 'sent' && attempts.length === 1).length;
    play.expect(sent === deliveries.length, `${deliveries.length - sent} were not sent by one try`);
    return `${sent} of ${deliveries.length} sent ${seconds(ms)} after the third kill`;
  },
};

/** For a group that waits for servers. */
export const awaitedBystanders: readonly Scenario[] = [killsWhileGreeting];
export const killsOfBystanders: readonly Scenario[] = [killStorm];
