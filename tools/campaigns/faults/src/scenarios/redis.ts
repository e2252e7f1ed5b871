// Redis goes away, loses its data, freezes or is full. Only time may be lost, because Redis is only used to wake workers up.
import { Redis } from 'ioredis';
import { pause, type Play, type Scenario, seconds } from '../scenario.js';
import { Load } from './load.js';

/** An HTTP request never hangs because of Redis: its answer may wait for settings (3 s), but not for a queue. */
const ANSWER_MS = 10_000;

const underLoad = (name: string, injects: string, inject: (load: Load, play: Play) => Promise<string>): Scenario => ({
  name,
  injects,
  expects: 'nothing lost, nothing doubled, all settled within 60 s after it',
  run: async (play) => {
    const load = await Load.on(play);
    await load.publish(30);
    const noticed = await inject(load, play);
    return `${await load.recover()}${noticed}`;
  },
});

/** Posts over HTTP while Redis does not work. */
async function postMeanwhile(load: Load, play: Play): Promise<string> {
  const longest = await load.post(4);
  play.expect(longest < ANSWER_MS, `an HTTP answer took ${seconds(longest)}`);
  return `; HTTP answered within ${seconds(longest)} meanwhile`;
}

export const redisFaults: readonly Scenario[] = [
  underLoad('restart', 'restart with its file, with jobs waiting', async (_load, { stage }) => {
    await stage.redis.halt('SIGTERM');
    await pause(1000);
    await stage.redis.start();
    return '';
  }),
  underLoad('kill', 'kill -9 with jobs waiting, away for 5 s', async (load, play) => {
    await play.stage.redis.halt('SIGKILL');
    const noticed = await postMeanwhile(load, play);
    await pause(5000);
    await play.stage.redis.start();
    return noticed;
  }),
  underLoad('emptied-restart', 'restart without its file, deliveries under way', async (load, { stage }) => {
    await load.takenIn();
    await load.sent(5);
    await stage.redis.stop();
    await pause(1000);
    await stage.redis.start();
    return '';
  }),
  underLoad('flushall', 'FLUSHALL three times, deliveries and outcomes under way', async (load, { stage }) => {
    await load.takenIn();
    for (let time = 0; time < 3; time += 1) {
      await stage.redis.flush();
      await pause(700);
    }
    return '';
  }),
  underLoad('full', 'out of memory with noeviction for 6 s', async (load, play) => {
    await load.takenIn();
    const redis = new Redis(play.stage.redis.url);
    await redis.config('SET', 'maxmemory', '1');
    const noticed = await postMeanwhile(load, play);
    await pause(6000);
    await redis.config('SET', 'maxmemory', '0');
    redis.disconnect();
    return noticed;
  }),
  underLoad('frozen', 'SIGSTOP for 5 s and more', async (load, play) => {
    play.stage.redis.freeze();
    const noticed = await postMeanwhile(load, play);
    await pause(5000);
    play.stage.redis.thaw();
    return noticed;
  }),
  underLoad('slow', 'runs for 30 ms, stands still for 250 ms, for 8 s', async (_load, { stage }) => {
    for (const end = Date.now() + 8000; Date.now() < end; await pause(30)) {
      stage.redis.freeze();
      await pause(250);
      stage.redis.thaw();
    }
    return '';
  }),
];
