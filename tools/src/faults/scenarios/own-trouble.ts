// A result that can be recorded nowhere: PostgreSQL away and the journal broken at the moment of the 250; and bytes that can't be kept for a second try.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { times } from '@billing-mail/testkit';
import { pause, type Play, type Scenario, seconds } from '../scenario.js';
import { type Stage } from '../stage/stage.js';
import { BothRoutes, meetingOf } from './both-routes.js';

type JournalTrouble = { name: string; words: string; begin: (stage: Stage) => Promise<void> | void; end: (stage: Stage) => void };

const NOTHING = (): void => undefined;
const FULL: JournalTrouble = {
  name: 'full',
  words: "the journal's disk full",
  begin: (stage) => stage.diskOf('journal').fill(),
  end: (stage) => stage.diskOf('journal').empty(),
};
const READ_ONLY: JournalTrouble = {
  name: 'read-only',
  words: "the journal's disk read-only",
  begin: (stage) => stage.diskOf('journal').remount('ro'),
  end: (stage) => stage.diskOf('journal').remount('rw'),
};
const GONE: JournalTrouble = {
  name: 'gone',
  words: "the journal's folder removed",
  begin: (stage) => rm(stage.journalFolder, { recursive: true, force: true }),
  end: NOTHING,
};
const NONE: JournalTrouble = { name: 'intact', words: 'the journal as it should be', begin: NOTHING, end: NOTHING };

/** Results in the journal. */
const kept = async ({ journalFolder }: Stage): Promise<number> => (await readdir(journalFolder).catch(() => [])).length;

/** Waits until both results are where they can be: in memory while the journal takes nothing, else in the journal. */
async function untilKept(play: Play, { name }: JournalTrouble, inMemoryBefore: number): Promise<string> {
  const { stage } = play;
  const inMemory = (): number => stage.countInLogs('neither in PostgreSQL nor in the journal') - inMemoryBefore;
  const isBroken = name === FULL.name || name === READ_ONLY.name;
  // Each is tried again and again, so three times say that it was both.
  await play.awaits('results kept', async () => (isBroken ? inMemory() >= 3 : (await kept(stage)) >= 2));
  return isBroken ? 'kept in memory' : 'kept in the journal';
}

const awayAndBroken = (trouble: JournalTrouble, awayMs: number): Scenario => ({
  name: `away-${trouble.name}`,
  injects: `PostgreSQL away for ${seconds(awayMs)} and ${trouble.words} at the moment of the 250`,
  expects: 'sent by one try, one copy, no doubt logged',
  run: async (play) => {
    const { stage } = play;
    const routes = await BothRoutes.of(play);
    const before = stage.countInLogs('neither in PostgreSQL nor in the journal');
    routes.onTaken(
      meetingOf(2, async () => {
        await trouble.begin(stage);
        await stage.postgres.halt('immediate');
      }),
    );
    try {
      await routes.publish();
      const since = Date.now();
      const where = await untilKept(play, trouble, before);
      routes.onTaken(NOTHING);
      await pause(Math.max(0, awayMs - (Date.now() - since)));
      await stage.postgres.start();
      const ms = await play.untilSettled();
      await play.awaits('journal emptied', async () => (await kept(stage)) === 0);
      return `${where}; ${await routes.outcome({ status: ['sent'], copies: [1], tries: [1], doubts: [0] })}; ${seconds(ms)} after it was back`;
    } finally {
      routes.onTaken(NOTHING);
      trouble.end(stage);
      await stage.postgres.start();
    }
  },
});

const readOnlyAtStart: Scenario = {
  name: 'replayed-read-only',
  injects: 'PostgreSQL away at the moment of the 250, both dispatchers killed and started again on a journal that has become read-only',
  expects: 'they start and are not ready; sent by one try, one copy, no doubt logged; forgotten once the journal can be written again',
  run: async (play) => {
    const { stage } = play;
    const { dispatchers } = stage;
    const routes = await BothRoutes.of(play);
    routes.onTaken(meetingOf(2, () => stage.postgres.halt('immediate')));
    await routes.publish();
    await untilKept(play, NONE, 0);
    await pause(200); // a file is there before its content is
    routes.onTaken(NOTHING);
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.kill()));
    stage.diskOf('journal').remount('ro');
    try {
      await stage.postgres.start();
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.start('live')));
      await play.untilSettled();
      await areUnready(play);
    } finally {
      stage.diskOf('journal').remount('rw');
    }
    const left = await kept(stage);
    // They are ready again: a start waits for that.
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop().then(() => dispatcher.start())));
    await play.awaits('journal emptied', async () => (await kept(stage)) === 0);
    return `${await routes.outcome({ status: ['sent'], copies: [1], tries: [1], doubts: [0] })}; ${left} reports could not be forgotten at once`;
  },
};

async function areUnready(play: Play): Promise<void> {
  const { stage } = play;
  for (const dispatcher of stage.dispatchers)
    play.expect(!(await dispatcher.says('ready')), 'a dispatcher without a journal says that it is ready');
  play.expect(stage.countInLogs('the result journal can not be written') > 0, 'the log does not say that the journal can not be written');
}

const fullAtStart: Scenario = {
  name: 'started-full',
  injects: "both dispatchers started again while the journal's disk is full",
  expects: 'not ready, and the log says why; invoices are sent all the same; ready when there is room',
  run: async (play) => {
    const { stage } = play;
    await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.stop()));
    FULL.begin(stage);
    try {
      await Promise.all(stage.dispatchers.map((dispatcher) => dispatcher.start('live')));
      const routes = await BothRoutes.of(play);
      await routes.publish();
      await play.untilSettled();
      await areUnready(play);
      return await routes.outcome({ status: ['sent'], copies: [1], tries: [1] });
    } finally {
      FULL.end(stage);
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

const spoiltJournal: Scenario = {
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
    play.expect((await kept(stage)) === 0, 'something is left in the journal');
    return `${reasons.length} set aside; ${await routes.outcome({ status: ['sent'], copies: [1] })}`;
  },
};

/** An hour is too long for a campaign: what was noted is made to look older. */
async function anHourLater({ database }: Stage): Promise<void> {
  await database.rows(`UPDATE dispatch.troubles SET since = since - interval '1 hour'`);
}

const certificateEnded: Scenario = {
  name: 'certificate-ended',
  injects: "the platform's certificate has ended and a team's server answers nobody, for an hour; then both are mended",
  expects: 'both teams are told once, with since when; what waits for the signature keeps its tries and is sent',
  run: async (play) => {
    const { stage } = play;
    const routes = await BothRoutes.of(play);
    const restart = async (): Promise<void> => {
      for (const dispatcher of stage.dispatchers) await dispatcher.stop().then(() => dispatcher.start());
    };
    const told = async (): Promise<string[]> =>
      (
        await stage.database.rows<{ type: string }>(
          `SELECT payload ->> 'type' AS type FROM public.told WHERE payload ->> 'teamId' = ANY($1) AND payload ->> 'type' <> 'delivery_settled'`,
          [routes.teams],
        )
      ).map(({ type }) => type);
    // Outcomes leave the outbox as soon as they are told.
    await stage.database.rows('CREATE TABLE public.told (payload jsonb)');
    await stage.database.rows(`
      CREATE FUNCTION public.note_told() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO public.told VALUES (NEW.payload); RETURN NULL; END $$`);
    await stage.database.rows('CREATE TRIGGER note_told AFTER INSERT ON dispatch.outbox FOR EACH ROW EXECUTE FUNCTION public.note_told()');
    try {
      stage.renewCertificate({ hasEnded: true });
      routes.behave({ banner: 'close' });
      await restart();
      await routes.publish();
      const noted = async (): Promise<number> => (await stage.database.rows('SELECT FROM dispatch.troubles')).length;
      await play.awaits('noted', async () => (await noted()) === 2);
      await anHourLater(stage);
      await restart();
      await routes.publish();
      await play.awaits('told', async () => (await told()).length >= 2);
      await restart();
      await routes.publish({}, [1, 0]);
      await pause(3000);
      play.expect([...(await told())].sort().join() === 'platform_unavailable,server_down', `told: ${(await told()).join()}`);
      stage.renewCertificate();
      routes.behave();
      await restart();
      const ms = await play.untilSettled();
      const waited = (await play.deliveries()).filter(({ teamId }) => teamId === routes.teams[1]);
      play.expect(
        waited.every(({ status, attempts }) => status === 'sent' && attempts.length === 1),
        'what waited for the signature was not sent by one try',
      );
      return `told ${(await told()).join(' and ')}; ${waited.length} sent ${seconds(ms)} after the renewal`;
    } finally {
      await stage.database.rows('DROP TRIGGER note_told ON dispatch.outbox');
      await stage.database.rows('DROP FUNCTION public.note_told');
      await stage.database.rows('DROP TABLE public.told');
      routes.behave();
    }
  },
};

/** Longer than the lease, so that the other dispatcher takes over. */
const UNTIL_TAKEN_OVER_MS = 25_000;

const cutOff = (trouble: JournalTrouble, expected: { words: string; copies: readonly number[]; doubts: readonly number[] }): Scenario => ({
  name: `cut-${trouble.name}`,
  injects: `the holder cut off from PostgreSQL and ${trouble.words} at the moment of the 250, for longer than its lease; another takes over`,
  expects: expected.words,
  run: async (play) => {
    const { stage } = play;
    const [, other] = stage.dispatchers;
    const [wire] = stage.wires;
    // Both invoices are to be held by the one that is cut off.
    await other?.stop();
    const routes = await BothRoutes.of(play);
    const before = stage.countInLogs('neither in PostgreSQL nor in the journal');
    routes.onTaken(
      meetingOf(2, async () => {
        await trouble.begin(stage);
        wire?.cut();
      }),
    );
    try {
      await routes.publish();
      const where = await untilKept(play, trouble, before);
      routes.onTaken(NOTHING);
      await other?.start();
      const statuses = async (): Promise<string[]> => (await play.deliveries()).map(({ status }) => status);
      await play.awaits(
        'taken over',
        async () => (await statuses()).every((status) => ['sent', 'uncertain'].includes(status)),
        UNTIL_TAKEN_OVER_MS,
      );
      const meanwhile = [...new Set(await statuses())].join(' and ');
      wire?.mend();
      trouble.end(stage);
      await play.awaits('all sent', async () => (await statuses()).every((status) => status === 'sent'), 20_000);
      await play.untilSettled();
      const { copies, doubts } = expected;
      return `${where}; "${meanwhile}" by the other; then ${await routes.outcome({ status: ['sent'], copies, doubts })}`;
    } finally {
      routes.onTaken(NOTHING);
      wire?.mend();
      trouble.end(stage);
      if (other?.isRunning === false) await other.start();
    }
  },
});

const BY_THE_OTHER = { words: 'a doubt logged, sent once more; the yes is recorded when the holder is back', copies: [2], doubts: [1] };
const HELD = { words: 'uncertain and told; sent when the holder is back, one copy', copies: [1], doubts: [1] };
const REPLAYED = { words: 'sent, one copy, no doubt: the other reads the journal', copies: [1], doubts: [0] };

/** Leases long enough that PostgreSQL is back within them. */
export const broken: readonly Scenario[] = [
  ...[FULL, READ_ONLY, GONE].map((trouble) => awayAndBroken(trouble, 4000)),
  readOnlyAtStart,
  fullAtStart,
  spoiltJournal,
];
export const waysOut: readonly Scenario[] = [certificateEnded];
/** Leases that run out meanwhile. */
export const brokenForLong: readonly Scenario[] = [
  awayAndBroken(FULL, 9000),
  cutOff(FULL, BY_THE_OTHER),
  cutOff(READ_ONLY, BY_THE_OTHER),
  cutOff(GONE, REPLAYED),
  cutOff(NONE, REPLAYED),
];
export const brokenForLongOnHold: readonly Scenario[] = [cutOff(READ_ONLY, HELD)];

const nothingKept = (name: string, bytes: number): Scenario => ({
  name,
  injects: `the document store's disk full when a message of ${(bytes / 1e6).toFixed(1)} MB is refused at its end of data and has to be kept`,
  expects: 'the second try sends the same bytes all the same',
  run: async (play) => {
    const { stage } = play;
    const disk = stage.diskOf('documents');
    const routes = await BothRoutes.of(play);
    const before = stage.countInLogs('could not be kept for its next try');
    // One script for each, as turns are counted by server.
    for (const server of routes.servers)
      server.behave({ data: times(1, { wait: 1500, then: '354 go' }, '354 go'), final: times(1, '451 4.3.0 later', '250 2.0.0 ok') });
    try {
      await routes.publish({ bytes });
      await play.awaits('DATA', () => routes.isSo(({ commands }) => commands.includes('DATA')));
      disk.fill();
      const ms = await play.untilSettled();
      const notKept = stage.countInLogs('could not be kept for its next try') - before;
      play.expect(notKept === 2, `${notKept} messages could not be kept, not 2`);
      for (const { name: server, bodies } of routes.servers)
        play.expect(
          bodies.length === 2 && new Set(bodies).size === 1,
          `${new Set(bodies).size} different bodies in ${bodies.length} tries at ${server}`,
        );
      return `${await routes.outcome({ status: ['sent'], copies: [1], tries: [2], doubts: [0] })}, the same bytes; ${seconds(ms)}`;
    } finally {
      disk.empty();
      routes.behave();
    }
  },
});

export const unkeptBytes: readonly Scenario[] = [nothingKept('spill', 300_000), nothingKept('spill-streamed', 3_000_000)];
