// The state in which a dispatcher finds the result journal at its start: full, or with files that nobody can record.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wholeJsonFiles } from '@billing-mail/testkit';
import { type Play, type Scenario } from '../scenario.js';
import { type Stage } from '@billing-mail/tools/stage';
import { BothRoutes } from './both-routes.js';

/** Returns the number of results that are in the journal completely. */
export const kept = async ({ journalFolder }: Stage): Promise<number> => (await wholeJsonFiles(journalFolder)).length;

/** Returns whether nothing at all is left in the journal: no result, no part of one, and nothing that was set aside. */
export const isEmpty = async ({ journalFolder }: Stage): Promise<boolean> => (await readdir(journalFolder).catch(() => [])).length === 0;

/** Checks that each dispatcher reports, in its readiness and its log, that it could not keep a result now. */
export async function areUnready(play: Play): Promise<void> {
  const { stage } = play;
  for (const dispatcher of stage.dispatchers)
    play.expect(!(await dispatcher.says('ready')), 'a dispatcher without a journal says that it is ready');
  play.expect(stage.countInLogs('the result journal cannot be written') > 0, 'the log does not say that the journal cannot be written');
}

export const fullAtStart: Scenario = {
  name: 'started-full',
  injects: "both dispatchers started again while the journal's disk is full",
  expects: 'not ready, and the log says why; invoices are sent all the same; ready when there is room',
  run: async (play) => {
    const { stage } = play;
    const disk = stage.diskOf('journal');
    await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.stop()));
    disk.fill();
    try {
      await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.start('live')));
      const routes = await BothRoutes.of(play);
      await routes.publish();
      await play.untilSettled();
      await areUnready(play);
      return await routes.outcome({ status: ['sent'], copies: [1], tries: [1] });
    } finally {
      disk.empty();
      await play.awaits('ready', async () =>
        (await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.says('ready')))).every(Boolean),
      );
    }
  },
};

const report = (changes: object): string =>
  JSON.stringify({
    ...{ deliveryId: randomUUID(), attemptId: randomUUID(), route: 'platform' },
    results: [{ position: 0, outcome: 'accepted', reply: '250 ok' }],
    ...changes,
  });

export const spoiltJournal: Scenario = {
  name: 'spoilt',
  injects:
    'in the journal: {}, half a report, a bad id, a delivery that is not there, a folder; then both dispatchers killed at work and started again',
  expects: 'they start, go on with what the dead held, and put each of the five aside with its reason',
  run: async (play) => {
    const { stage } = play;
    const routes = await BothRoutes.of(play);
    routes.behave({ data: 'stall' });
    await routes.publish();
    await play.awaits('DATA', () => routes.isSo(({ commands }) => commands.includes('DATA')));
    await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.kill()));
    const file = (): string => join(stage.journalFolder, `${randomUUID()}.json`);
    await mkdir(file(), { recursive: true });
    const half = file();
    await writeFile(half, report({}).slice(0, 60));
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(half, longAgo, longAgo);
    for (const content of ['{}', report({ deliveryId: 'no id' }), report({})]) await writeFile(file(), content);
    routes.behave();
    await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.start()));
    await play.untilSettled();
    const aside = await readdir(join(stage.journalFolder, 'set-aside'));
    const reasons = aside.filter((name) => name.endsWith('.reason.txt'));
    play.expect(reasons.length === 5 && aside.length === 10, `set aside: ${aside.join(', ')}`);
    await rm(join(stage.journalFolder, 'set-aside'), { recursive: true });
    play.expect(await isEmpty(stage), 'something is left in the journal');
    return `${reasons.length} set aside; ${await routes.outcome({ status: ['sent'], copies: [1] })}`;
  },
};
