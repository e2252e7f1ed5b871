// Results that cannot be recorded anywhere, because PostgreSQL is away and the journal is broken when the 250 comes; and messages that
// cannot be stored for a second try.
import { rm } from 'node:fs/promises';
import { times } from '@billing-mail/testkit';
import { pause, type Play, type Scenario, seconds } from '../scenario.js';
import { type Stage } from '@billing-mail/tools/stage';
import { BothRoutes, meetingOf } from './both-routes.js';
import { areUnready, fullAtStart, isEmpty, kept, spoiltJournal } from './journal-at-start.js';

type Acts = { begin: () => Promise<void> | void; end: () => void };

/** A fault of the journal. `on` throws NotPossibleHereError, before it changes anything, if it is not possible on this machine. */
type JournalTrouble = { name: string; words: string; on: (stage: Stage) => Acts };

const NOTHING = (): void => undefined;
const FULL: JournalTrouble = {
  name: 'full',
  words: "the journal's disk full",
  on: (stage) => {
    const disk = stage.diskOf('journal');
    return { begin: () => disk.fill(), end: () => disk.empty() };
  },
};
const READ_ONLY: JournalTrouble = {
  name: 'read-only',
  words: "the journal's disk read-only",
  on: (stage) => {
    const disk = stage.diskOf('journal');
    return { begin: () => disk.remount('ro'), end: () => disk.remount('rw') };
  },
};
const GONE: JournalTrouble = {
  name: 'gone',
  words: "the journal's folder removed",
  on: (stage) => ({ begin: () => rm(stage.journalFolder, { recursive: true, force: true }), end: NOTHING }),
};
const NONE: JournalTrouble = { name: 'intact', words: 'the journal as it should be', on: () => ({ begin: NOTHING, end: NOTHING }) };

/** Waits until both results are stored where possible: in memory if the journal cannot be written, otherwise in the journal. */
async function untilKept(play: Play, { name }: JournalTrouble, inMemoryBefore: number): Promise<string> {
  const { stage } = play;
  const inMemory = (): number => stage.countInLogs('neither in PostgreSQL nor in the journal') - inMemoryBefore;
  const isBroken = name === FULL.name || name === READ_ONLY.name;
  // Each is retried again and again, so three log lines mean that both were reported.
  await play.awaits('results kept', async () => (isBroken ? inMemory() >= 3 : (await kept(stage)) >= 2));
  return isBroken ? 'kept in memory' : 'kept in the journal';
}

const awayAndBroken = (trouble: JournalTrouble, awayMs: number): Scenario => ({
  name: `away-${trouble.name}`,
  injects: `PostgreSQL away for ${seconds(awayMs)} and ${trouble.words} at the moment of the 250`,
  expects: 'sent by one try, one copy, no doubt logged',
  run: async (play) => {
    const { stage } = play;
    const journal = trouble.on(stage);
    const routes = await BothRoutes.of(play);
    const before = stage.countInLogs('neither in PostgreSQL nor in the journal');
    routes.onTaken(
      meetingOf(2, async () => {
        await journal.begin();
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
      await play.awaits('journal emptied', () => isEmpty(stage));
      return `${where}; ${await routes.outcome({ status: ['sent'], copies: [1], tries: [1], doubts: [0] })}; ${seconds(ms)} after it was back`;
    } finally {
      routes.onTaken(NOTHING);
      journal.end();
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
    const disk = stage.diskOf('journal');
    const routes = await BothRoutes.of(play);
    routes.onTaken(meetingOf(2, () => stage.postgres.halt('immediate')));
    await routes.publish();
    await untilKept(play, NONE, 0);
    await pause(200); // a file exists before its content does
    routes.onTaken(NOTHING);
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.kill()));
    disk.remount('ro');
    try {
      await stage.postgres.start();
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.start('live')));
      await play.untilSettled();
      await areUnready(play);
    } finally {
      disk.remount('rw');
    }
    const left = await kept(stage);
    // They are ready again, because `start` waits for that.
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop().then(() => dispatcher.start())));
    await play.awaits('journal emptied', () => isEmpty(stage));
    return `${await routes.outcome({ status: ['sent'], copies: [1], tries: [1], doubts: [0] })}; ${left} reports could not be forgotten at once`;
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
    const journal = trouble.on(stage);
    const [, other] = stage.dispatchers;
    const [wire] = stage.wires;
    // Both invoices must be held by the dispatcher that is cut off.
    await other?.stop();
    const routes = await BothRoutes.of(play);
    const before = stage.countInLogs('neither in PostgreSQL nor in the journal');
    routes.onTaken(
      meetingOf(2, async () => {
        await journal.begin();
        wire?.cut();
      }),
    );
    try {
      await routes.publish();
      const where = await untilKept(play, trouble, before);
      routes.onTaken(NOTHING);
      // The journal that both share is broken, so it is not ready, but it takes over all the same.
      await other?.start('live');
      const statuses = async (): Promise<string[]> => (await play.deliveries()).map(({ status }) => status);
      await play.awaits(
        'taken over',
        async () => (await statuses()).every((status) => ['sent', 'uncertain'].includes(status)),
        UNTIL_TAKEN_OVER_MS,
      );
      const meanwhile = [...new Set(await statuses())].join(' and ');
      wire?.mend();
      journal.end();
      await play.awaits('all sent', async () => (await statuses()).every((status) => status === 'sent'), 20_000);
      await play.untilSettled();
      const { copies, doubts } = expected;
      return `${where}; "${meanwhile}" by the other; then ${await routes.outcome({ status: ['sent'], copies, doubts })}`;
    } finally {
      routes.onTaken(NOTHING);
      wire?.mend();
      journal.end();
      if (other?.isRunning === false) await other.start();
    }
  },
});

const BY_THE_OTHER = { words: 'a doubt logged, sent once more; the yes is recorded when the holder is back', copies: [2], doubts: [1] };
const HELD = { words: 'uncertain and told; sent when the holder is back, one copy', copies: [1], doubts: [1] };
const REPLAYED = { words: 'sent, one copy, no doubt: the other reads the journal', copies: [1], doubts: [0] };

/** Scenarios in which PostgreSQL is back before the leases expire. */
export const broken: readonly Scenario[] = [
  ...[FULL, READ_ONLY, GONE].map((trouble) => awayAndBroken(trouble, 4000)),
  readOnlyAtStart,
  fullAtStart,
  spoiltJournal,
];
/** Scenarios in which the leases expire meanwhile. */
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
    // Each server gets a script of its own; each server counts its turns for itself.
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
