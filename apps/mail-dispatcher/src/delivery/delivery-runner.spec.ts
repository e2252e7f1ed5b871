import { type Logger } from '@billing-mail/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DispatcherEnv } from '../dispatcher.env.js';
import { type Announcer } from '../outcome/announcer.js';
import { type Bookkeeping } from './bookkeeping.js';
import { type ClaimRequest, type ClaimsStore } from './claims.store.js';
import { type Deliver } from './deliver.js';
import { DeliveryRunner } from './delivery-runner.js';
import { LaneHealth } from './lane-health.js';

/** What a runner without work asks for three times, when its first question is answered like this and the others at once. */
async function runOn(first: () => Promise<[]>): Promise<Pick<ClaimRequest, 'takeOver'>[]> {
  const asked: ClaimRequest[] = [];
  const claims = {
    claimDue: (request: ClaimRequest) => {
      asked.push(request);
      return asked.length === 1 ? first() : Promise.resolve([]);
    },
  };
  const env = { DISPATCH_CONCURRENCY: 4, CLAIM_LEASE: 30_000, CUSTOM_SERVER_CONNECTIONS: 3 };
  const runner = new DeliveryRunner(
    env as DispatcherEnv,
    { warn: () => undefined } as unknown as Logger,
    claims as unknown as ClaimsStore,
    {} as Deliver,
    { replayJournal: () => Promise.resolve() } as Bookkeeping,
    {} as Announcer,
    new LaneHealth(),
  );
  await runner.onApplicationBootstrap();
  for (let waitedMs = 0; asked.length < 3 && waitedMs < 10_000; waitedMs += 20) await sleep(20);
  await runner.beforeApplicationShutdown();
  return asked.slice(0, 3);
}

describe('leases of other workers', () => {
  const atOnce = () => Promise.resolve<[]>([]);

  it('are taken over while the database answers', async () => {
    expect((await runOn(atOnce)).map(({ takeOver }) => takeOver)).toEqual([true, true, true]);
  });

  it.each([
    ['failed', () => Promise.reject<[]>(new Error('Connection terminated'))],
    ['stood still, so that nobody could renew', () => sleep(2100, [] as [])],
  ])('are spared for a while after the database %s', async (_what, answer) => {
    expect((await runOn(answer)).map(({ takeOver }) => takeOver)).toEqual([true, false, false]);
  });
});
