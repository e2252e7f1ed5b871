import { percentile } from '@billing-mail/tools/stage';
import { type ClaimantsCalls } from '../programs/claimants.js';
import { atLeast, atMost, type Family, plain, ratio } from '../row.js';
import { type Figures } from '../running/figures.js';
import { type BenchStage } from '../stage/bench-stage.js';
import { databaseWithPast, fillLanes, giveBack } from '../stage/fill.js';
import { Program } from '../stage/program.js';

const [HISTORY, LANES] = [1_000_000, 5000];
const DUE_ROWS = 40_000;
/** Claiming stops before the last rows are claimed, so that every claimant finds rows until the end. */
const MOST_TAKEN = 0.75 * DUE_ROWS;
const CLAIM_FOR_MS = 4000;
const CLAIMANTS = 16;
const EMPTY_CLAIMS = 300;

async function withClaimants<T>(run: (claimants: Program<ClaimantsCalls>) => Promise<T>): Promise<T> {
  const claimants = Program.start<ClaimantsCalls>('claimants');
  try {
    return await run(claimants);
  } finally {
    await claimants.end();
  }
}

const claiming =
  (lanes: number, count: number) =>
  (stage: BenchStage): Promise<Figures> =>
    withClaimants(async (claimants) => {
      const name = `lanes_${lanes}`;
      const database = await stage.database(name, (made) => fillLanes(made, lanes, DUE_ROWS / lanes, -1_000_000));
      await giveBack(database);
      await stage.clear();
      return { perSecond: await claimants.call('claimAll', stage.databaseUrl(name), count, MOST_TAKEN, CLAIM_FOR_MS) };
    });

async function claimingNothing(stage: BenchStage): Promise<Figures> {
  const name = await databaseWithPast(stage, HISTORY, LANES);
  await stage.clear();
  return withClaimants(async (claimants) => ({
    ms: percentile(await claimants.call('claimNothing', stage.databaseUrl(name), EMPTY_CLAIMS), 50),
  }));
}

const together = (lanes: number) =>
  ratio(
    {
      name: `claims-${lanes}`,
      says: `rows a second with ${CLAIMANTS} claimants ÷ with one, ${lanes.toLocaleString('en')} lanes`,
      bound: atLeast(1, 2),
    },
    'perSecond',
    `${CLAIMANTS} claimants, ${lanes} lanes`,
    `1 claimant, ${lanes} lanes`,
  );

/** Claims must not obstruct each other, and must not read settled deliveries. */
export const claims: Family = {
  name: 'claims',
  contenders: {
    ...Object.fromEntries(
      [LANES, 100].flatMap((lanes) => [
        [`1 claimant, ${lanes} lanes`, claiming(lanes, 1)],
        [`${CLAIMANTS} claimants, ${lanes} lanes`, claiming(lanes, CLAIMANTS)],
      ]),
    ),
    'nothing due': claimingNothing,
  },
  rows: [
    together(LANES),
    together(100),
    plain(
      {
        name: 'claim-nothing',
        says: 'a claim with nothing due, 1,000,000 rows of history, 5,000 lanes waiting',
        bound: atMost(3, 1),
        unit: 'ms',
      },
      'ms',
      'nothing due',
    ),
  ],
};
