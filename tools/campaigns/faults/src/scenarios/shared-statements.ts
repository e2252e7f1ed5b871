// Deliveries that share a statement: kill -9 in the middle of a group, members that PostgreSQL rejects, and
// members that are cancelled meanwhile.
import { DISPATCH_JOB } from '@billing-mail/contracts';
import { type UncertainPolicy, pause, type Play, type Scenario, seconds } from '../scenario.js';
import { type Gate, type GroupedStatement, invoice } from '@billing-mail/tools/stage';
import { BothRoutes, meetingOf } from './both-routes.js';

/** As many as both processes work on at a time for a team's own server, and take in at once. */
const COUNTS = [3, 7] as const;
const ALL = COUNTS[0] + COUNTS[1];

/** For each statement, a table that it writes and that no earlier statement writes. */
const TABLES: Record<GroupedStatement, string> = {
  taken: 'dispatch.contents',
  released: 'dispatch.attempts',
  settled: 'dispatch.recipients',
};

/**
 * Brings the deliveries to the statement, which waits for a lock: the first members in the statement itself, the others queued behind it.
 */
async function gather(routes: BothRoutes, play: Play, statement: GroupedStatement): Promise<Gate> {
  const { database } = play.stage;
  const lock = (): Promise<Gate> => database.lockTable(TABLES[statement], 'SHARE');
  let gate: Gate | null = null;
  if (statement === 'settled') {
    // Intake writes recipients too, so the table is locked only when all deliveries have been taken in and sent.
    const lockThen = async (): Promise<void> => void (gate = await lock());
    routes.onTaken(meetingOf(ALL, lockThen));
  } else gate = await lock();
  await routes.publish({}, COUNTS);
  if (statement === 'released') await play.awaits('all bodies out', () => routes.sum(({ bodiesBegun }) => bodiesBegun) === ALL);
  if (statement === 'settled') await play.awaits('all ends of data out', () => gate !== null);
  await play.awaits(`${statement} waits`, async () => (await database.waiting(statement)) > 0);
  // Gives the others time to come that far.
  await pause(500);
  routes.onTaken(() => undefined);
  if (gate === null) throw new Error('The messages did not come together at the servers.');
  return gate;
}

type Point = {
  statement: GroupedStatement;
  words: string;
  expected: Record<UncertainPolicy, { status: readonly string[]; copies: readonly number[] }>;
};

const SENT_ONCE = { status: ['sent'], copies: [1] };
const POINTS: readonly Point[] = [
  { statement: 'taken', words: 'takes them in', expected: { retry: SENT_ONCE, hold: SENT_ONCE } },
  {
    statement: 'released',
    words: 'lets their ends of data go',
    expected: { retry: { status: ['sent'], copies: [1, 2] }, hold: { status: ['sent', 'uncertain'], copies: [0, 1] } },
  },
  {
    statement: 'settled',
    words: 'records what the servers said',
    expected: { retry: { status: ['sent'], copies: [1, 2] }, hold: { status: ['sent', 'uncertain'], copies: [1] } },
  },
];

const killsInGroups = (policy: UncertainPolicy): readonly Scenario[] =>
  POINTS.map(({ statement, words, expected }) => ({
    name: `group-${statement}`,
    injects: `kill -9 of both dispatchers while one statement ${words}, several at a time`,
    expects: expected[policy].copies.includes(2) ? 'nothing lost; second copies only with a logged doubt' : 'nothing lost, no second copy',
    run: async (play) => {
      const { dispatchers, database } = play.stage;
      const routes = await BothRoutes.of(play);
      const gate = await gather(routes, play, statement);
      // Lets the delivery that waited alone pass, so that those behind it wait as a group. Answers that arrive together are
      // recorded together from the start.
      if (statement !== 'settled') await gate.letPass();
      await play.awaits('a group waits', async () => (await database.waiting(statement)) > 0);
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.kill()));
      await gate.release();
      await play.awaits('written', async () => (await database.waiting(statement)) === 0);
      const together = await database.mostInOneTransaction(TABLES[statement], routes.keys);
      play.expect(together > 1, 'no statement had more than one member');
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.start()));
      const ms = await play.untilSettled();
      return `${together} in one statement; ${await routes.outcome(expected[policy])}; ${seconds(ms)} after the kill`;
    },
  }));

const refused: Scenario = {
  name: 'group-refused-at-intake',
  injects:
    'among documents that are taken in by one statement: two with a time that PostgreSQL does not take, three of one key with other contents',
  expects: 'the others sent once; of the key one, the rest set aside, as are the two',
  run: async (play) => {
    const { database, invoicing } = play.stage;
    const routes = await BothRoutes.of(play);
    const [, teamId = ''] = routes.teams;
    const gate = await database.lockTable(TABLES.taken, 'SHARE');
    const contested = invoice(teamId);
    const conflicting = ['one', 'other', 'third'].map((subject) => invoicing.publish({ ...contested, subject }));
    // Times that JavaScript accepts but PostgreSQL does not: it has no year 0 and no UTC offset of 18 hours. Nobody is promised these.
    const untimely = ['0000-01-01T00:00:00Z', '2026-12-01T07:00:00+18:00'].map((sendAt) =>
      invoicing.jobs.add(DISPATCH_JOB, { ...invoice(teamId), sendAt }),
    );
    await Promise.all([routes.publish({}, COUNTS), ...conflicting, ...untimely]);
    await play.awaits('at the lock', async () => (await database.waiting('taken')) > 0);
    await pause(500);
    await gate.release();
    const reasons = (): Promise<{ reason: string; count: number }[]> =>
      database.rows('SELECT reason, count(*)::int AS count FROM dispatch.rejected_jobs WHERE team_id = $1 GROUP BY 1 ORDER BY 1', [teamId]);
    await play.awaits('set aside', async () => (await reasons()).reduce((sum, { count }) => sum + count, 0) === 4, 30_000);
    await play.untilSettled();
    const setAside = (await reasons()).map(({ reason, count }) => `${count} × ${reason}`).join(', ');
    play.expect(setAside === '2 × given_up, 2 × key_conflict', `set aside: ${setAside}`);
    return `${await routes.outcome({ ...SENT_ONCE, tries: [1] })}; set aside: ${setAside}`;
  },
};

/** For a while PostgreSQL refuses to write this row of one delivery, as it would refuse a text that it cannot store. */
const POISONS = {
  release: { table: 'attempts', of: 'NEW.delivery_id', event: 'INSERT', words: 'that its end of data goes out' },
  settle: { table: 'recipients', of: 'NEW.delivery_id', event: 'UPDATE', words: 'what the server said of it' },
} as const;

const poisoned = (at: keyof typeof POISONS): Scenario => ({
  name: `group-refused-at-${at}`,
  injects: `of one among ${ALL} deliveries PostgreSQL refuses to write ${POISONS[at].words}, for 3 s after the others are sent`,
  expects: 'the others sent once meanwhile; that one sent once as soon as it can be written, by one try',
  run: async (play) => {
    const { database } = play.stage;
    const routes = await BothRoutes.of(play);
    const { table, of, event } = POISONS[at];
    const poison = 'poisonous';
    await database.rows(`
      CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT subject FROM dispatch.deliveries WHERE id = ${of}) = '${poison}' THEN RAISE EXCEPTION 'refused by the campaign'; END IF;
        RETURN NEW;
      END $$`);
    await database.rows(`CREATE TRIGGER refuse BEFORE ${event} ON dispatch.${table} FOR EACH ROW EXECUTE FUNCTION public.refuse()`);
    const key = await play.publish(routes.teams[1] ?? '', { subject: poison });
    await routes.publish({}, COUNTS);
    const sent = async (): Promise<number> => (await play.deliveries()).filter(({ status }) => status === 'sent').length;
    await play.awaits('the others sent', async () => (await sent()) === ALL, 30_000);
    await pause(3000);
    const meanwhile = (await play.delivery(key))?.status ?? 'not there';
    play.expect(meanwhile !== 'sent', 'nothing was refused');
    await database.rows(`DROP TRIGGER refuse ON dispatch.${table}`);
    await database.rows('DROP FUNCTION public.refuse()');
    const ms = await play.untilSettled();
    return `${await routes.outcome({ ...SENT_ONCE, tries: [1] })}; the refused one was "${meanwhile}" for 3 s, all settled ${seconds(ms)} after`;
  },
});

const cancelled = (statement: 'released' | 'settled', wins: boolean): Scenario => ({
  name: `group-cancelled-at-${statement}`,
  injects: `two of ${ALL} deliveries are cancelled over HTTP while one statement ${POINTS.find((point) => point.statement === statement)?.words}`,
  expects: wins ? 'those two cancelled and told, no byte of them kept; the others sent once' : 'too late, says the answer: all sent once',
  run: async (play) => {
    const { database, invoicing } = play.stage;
    const routes = await BothRoutes.of(play);
    const gate = await gather(routes, play, statement);
    const [own = '', platform = ''] = routes.teams;
    const victims = [
      { teamId: own, key: routes.keys[0] },
      { teamId: platform, key: routes.keys.at(-1) },
    ];
    const cancelling = victims.map(async ({ teamId, key }) => {
      const { id } = await database.one<{ id: string }>('SELECT id FROM dispatch.deliveries WHERE team_id = $1 AND key = $2', [
        teamId,
        key,
      ]);
      return invoicing.cancel(teamId, id);
    });
    // If the server already has them, the answer waits for nothing.
    if (wins) await play.awaits('cancelling', async () => (await database.waiting('settled')) >= victims.length);
    else await Promise.all(cancelling);
    await gate.release();
    const answers = await Promise.all(cancelling);
    play.expect(
      answers.every((answer) => answer === wins),
      `cancelling was answered by ${answers.join(' and ')}`,
    );
    await play.untilSettled();
    const expected = wins ? { status: ['sent', 'cancelled'], copies: [0, 1] } : SENT_ONCE;
    const seen = await routes.outcome({ ...expected, tries: [0, 1] });
    const count = (await play.deliveries()).filter(({ status }) => status === 'cancelled').length;
    play.expect(count === (wins ? victims.length : 0), `${count} cancelled`);
    return seen;
  },
});

export const sharedStatements = (policy: UncertainPolicy): readonly Scenario[] => [
  ...killsInGroups(policy),
  ...(policy === 'hold'
    ? []
    : [refused, poisoned('release'), poisoned('settle'), cancelled('released', true), cancelled('settled', false)]),
];
