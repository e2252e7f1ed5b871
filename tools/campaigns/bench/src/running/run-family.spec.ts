import { NotPossibleHereError } from '@billing-mail/testkit';
import { atLeast, type Family, ratio } from '../row.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { type Figures } from './figures.js';
import { type Plan, runFamily } from './run-family.js';

// None of these contenders uses the stage.
const NO_STAGE = {} as BenchStage;
const ROW = ratio({ name: 'row', says: 'ours ÷ theirs', bound: atLeast(2) }, 'perSecond', 'ours', 'theirs');

function planOf(changes: Partial<Plan> = {}): Plan {
  return { rounds: 3, scale: { quick: false }, untilQuiet: () => Promise.resolve(), onRun: () => undefined, ...changes };
}

/** Returns a family whose contenders yield these figures one after the other, and the order in which they ran. */
function familyOf(given: Record<string, (Figures | Error)[]>): Family & { order: string[] } {
  const order: string[] = [];
  const contenders = Object.entries(given).map(([name, figures]) => {
    const left = [...figures];
    const run = async (): Promise<Figures> => {
      order.push(name);
      const next = left.shift() ?? {};
      if (next instanceof Error) throw next;
      return next;
    };
    return [name, run] as const;
  });
  return { name: 'family', rows: [ROW], contenders: Object.fromEntries(contenders), order };
}

const rates = (...values: number[]): Figures[] => values.map((perSecond) => ({ perSecond }));

describe('a family', () => {
  it('lets its contenders take turns and holds the runs of one round against each other', async () => {
    const family = familyOf({ ours: rates(300, 900, 400), theirs: rates(100, 100, 200) });
    const { rows } = await runFamily(NO_STAGE, family, [ROW], planOf());
    expect(family.order).toEqual(['ours', 'theirs', 'ours', 'theirs', 'ours', 'theirs']);
    expect(rows[0]).toMatchObject({ spread: { median: 3, min: 2, max: 9 }, verdict: 'floor', disturbed: 0 });
  });

  it('repeats a run that had to share the machine, and marks what did not get better', async () => {
    const disturbed = { perSecond: 50, foreignShare: 0.5 };
    const family = familyOf({ ours: [disturbed, ...rates(300)], theirs: [disturbed, disturbed, { ...disturbed, perSecond: 150 }] });
    const { rows } = await runFamily(NO_STAGE, family, [ROW], planOf({ rounds: 1 }));
    expect(family.order).toEqual(['ours', 'ours', 'theirs', 'theirs', 'theirs']);
    expect(rows[0]).toMatchObject({ spread: { median: 2 }, disturbed: 1 });
  });

  it('tells of a contender that breaks in its rows, as not reached', async () => {
    jest.spyOn(console, 'error').mockImplementation();
    const family = familyOf({ ours: rates(300, 300, 300), theirs: [new Error('broken')] });
    const { rows } = await runFamily(NO_STAGE, family, [ROW], planOf());
    expect(rows[0]).toMatchObject({ spread: null, verdict: 'missed', why: 'broken' });
    expect(family.order).toEqual(['ours', 'theirs', 'ours', 'ours']);
  });

  it('skips what is not possible on this machine', async () => {
    jest.spyOn(console, 'error').mockImplementation();
    const family = familyOf({ ours: rates(300), theirs: [new NotPossibleHereError('needs root')] });
    const { rows } = await runFamily(NO_STAGE, family, [ROW], planOf({ rounds: 1 }));
    expect(rows[0]).toMatchObject({ verdict: 'skipped', why: 'not possible here: needs root' });
  });

  it('runs only what its rows are made of', async () => {
    const family = familyOf({ ours: rates(300), theirs: rates(100), others: rates(1) });
    await runFamily(NO_STAGE, family, [ROW], planOf({ rounds: 1 }));
    expect(family.order).toEqual(['ours', 'theirs']);
  });
});
