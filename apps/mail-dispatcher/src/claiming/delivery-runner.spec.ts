import { type Logger } from '@billing-mail/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@billing-mail/testkit';
import { type KnownDocumentStore } from '../documents/known-document-store.js';
import { type DispatcherEnv } from '../dispatcher.env.js';
import { type Announcer } from '../settling/announcer.js';
import { type Settling } from '../settling/settling.js';
import { type ClaimsStore } from './claims.store.js';
import { DeliveryRunner } from './delivery-runner.js';
import { LaneHealth } from './lane-health.js';
import { type PacedLanes } from '../trying/paced-lanes.js';
import { type WorkOnDelivery } from './work-on-delivery.js';

const env = {
  DISPATCH_CONCURRENCY: 4,
  CLAIM_LEASE: 30_000,
  CUSTOM_SERVER_CONNECTIONS: 3,
  RETRY_DELAYS: [300_000],
  SHUTDOWN_GRACE: 30_000,
} as DispatcherEnv;

/** Runs a runner that gets no deliveries until `isEnough` holds. */
async function run(claims: Partial<ClaimsStore>, isEnough: () => boolean, warn: () => void = () => undefined): Promise<void> {
  const runner = new DeliveryRunner(
    env,
    { warn } as unknown as Logger,
    claims as ClaimsStore,
    {} as WorkOnDelivery,
    { replayJournal: () => Promise.resolve(new Set()) } as unknown as Settling,
    {} as Announcer,
    new LaneHealth(env),
    { limit: (_way: string, learnt: unknown) => learnt, known: () => [] } as unknown as PacedLanes,
    { whenKnown: () => Promise.resolve() } as KnownDocumentStore,
  );
  await runner.onApplicationBootstrap();
  await eventually(isEnough);
  await runner.beforeApplicationShutdown();
}

/** Returns how often a runner without deliveries takes over the work of dead workers if `first` answers its first claim. */
async function takeOversOf(first: () => Promise<[]>, isEnough: (asked: number, takeOvers: number) => boolean): Promise<number> {
  let asked = 0;
  let takeOvers = 0;
  const claims: Partial<ClaimsStore> = {
    claimDue: () => {
      asked += 1;
      return asked === 1 ? first() : Promise.resolve([]);
    },
    giveBackOfTheDead: () => Promise.resolve((takeOvers += 1)),
    refreshLanes: () => Promise.resolve(),
  };
  await run(claims, () => isEnough(asked, takeOvers));
  return takeOvers;
}

it('says once that the database is away, not with each question', async () => {
  let asked = 0;
  let told = 0;
  const isAway = (): Promise<never> => {
    asked += 1;
    return Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
  };
  const claims: Partial<ClaimsStore> = { claimDue: isAway, claimsOf: isAway, giveBackOfTheDead: isAway, refreshLanes: isAway };
  await run(
    claims,
    () => asked >= 6,
    () => (told += 1),
  );
  expect(told).toBe(1);
});

describe('what other workers hold', () => {
  it('is taken over with each sweep while the database answers', async () => {
    // Not with each claim: a timer may fire a little early, and then the sweep comes with the next claim.
    const takeOvers = await takeOversOf(
      () => Promise.resolve([]),
      (_asked, sofar) => sofar >= 3,
    );
    expect(takeOvers).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['failed', () => Promise.reject<[]>(new Error('Connection terminated'))],
    ['stood still, so that nobody could renew', () => sleep(2100, [] as [])],
  ])('is spared for a while after the database %s', async (_what, answer) => {
    expect(await takeOversOf(answer, (asked) => asked >= 3)).toBe(1);
  });
});
