// All tries of a route send the same bytes, even if another process with another certificate makes them.
import { type SmtpScript } from '@billing-mail/testkit';
import { type Play, type Scenario, seconds } from '../scenario.js';
import { BothRoutes } from './both-routes.js';

/** Longer than it takes to replace the dispatchers. */
const NOT_YET_MS = 120_000;

/** Replaces all dispatchers by ones with another certificate. */
async function renew({ stage }: Play, how: 'stop' | 'kill'): Promise<void> {
  await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher[how]()));
  stage.renewCertificate();
  await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.start()));
}

type Case = { name: string; injects: string; script: SmtpScript; how: 'stop' | 'kill'; copies: readonly number[] };

const REFUSED: SmtpScript = { final: '451 4.3.0 later' };
const CASES: readonly Case[] = [
  { name: 'refused-restarted', injects: '451 at the end of data', script: REFUSED, how: 'stop', copies: [1] },
  { name: 'refused-killed', injects: '451 at the end of data', script: REFUSED, how: 'kill', copies: [1] },
  { name: 'in-doubt-restarted', injects: 'no answer to the end of data', script: { final: 'close' }, how: 'stop', copies: [2] },
];

const renewed = ({ name, injects, script, how, copies }: Case): Scenario => ({
  name,
  injects: `${injects}, then dispatchers ${how === 'stop' ? 'restarted' : 'killed and started again'} with another certificate, then the second try`,
  expects: 'sent, both tries with the same bytes',
  run: async (play) => {
    const { database } = play.stage;
    const routes = await BothRoutes.of(play);
    routes.behave(script);
    await routes.publish();
    await play.awaits('first try', () => database.planNextTry(routes.keys, NOT_YET_MS), 30_000);
    await renew(play, how);
    const first = routes.servers.map(({ bodies }) => bodies);
    play.expect(
      first.every(({ length }) => length === 1),
      'it was tried again too early',
    );
    routes.behave();
    await play.awaits('planned', () => database.planNextTry(routes.keys, 0));
    const ms = await play.untilSettled();
    routes.servers.forEach(({ name: server, bodies }, index) => {
      play.expect(bodies.length === 1 && bodies[0] === first[index]?.[0], `other bytes at ${server}`);
    });
    return `${await routes.outcome({ status: ['sent'], tries: [2], copies })}, the same bytes; ${seconds(ms)}`;
  },
});

const killedInDoubt: Scenario = {
  name: 'in-doubt-killed',
  injects: 'kill -9 with the end of data out and the bytes kept nowhere, then another certificate',
  expects: 'unsigned: sent, the same bytes; signed: uncertain and told, no byte more, as those bytes can not be had again',
  run: async (play) => {
    const { stage } = play;
    const routes = await BothRoutes.of(play);
    routes.behave({ final: 'stall' });
    await routes.publish();
    await play.awaits('end of data', () => routes.isSo(({ endsOfData }) => endsOfData > 0));
    await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.kill()));
    routes.behave();
    await renew(play, 'kill');
    await play.untilSettled();
    const [own, platform] = [await play.delivery(routes.keys[0] ?? ''), await play.delivery(routes.keys[1] ?? '')];
    play.expect(own?.status === 'sent', `unsigned: ${own?.status}`);
    play.expect(platform?.status === 'uncertain', `signed: ${platform?.status}`);
    return routes.outcome({ status: ['sent', 'uncertain'], copies: [1, 2], doubts: [1] });
  },
};

export const sameBytes: readonly Scenario[] = [...CASES.map(renewed), killedInDoubt];
