// Workers that only claim, with the dispatcher's own store: how many rows they claim together, and what a claim that finds nothing costs.
import { Sql } from '@billing-mail/platform';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { workspaceRoot } from '@billing-mail/tools/workspace';
import { serve } from './serve.js';

/** The methods of the dispatcher's store that are used here. */
type Claims = { claimDue(request: object): Promise<{ id: string }[]>; refreshLanes?(): Promise<void> };

// Loaded as built, because no code may import an app.
const STORE = join(workspaceRoot, 'apps', 'mail-dispatcher', 'dist', 'claiming', 'claims.store.js');
const CLAIM_COUNT = 16;

async function withClaims<T>(url: string, connections: number, run: (claims: Claims) => Promise<T>): Promise<T> {
  const { ClaimsStore } = (await import(STORE)) as { ClaimsStore: new (sql: Sql) => Claims };
  const source = await new DataSource({ type: 'postgres', url, poolSize: connections }).initialize();
  try {
    return await run(new ClaimsStore(new Sql(source)));
  } finally {
    await source.destroy();
  }
}

const requestOf = (worker: number) => ({
  workerId: `bench:${worker}`,
  leaseMs: 600_000,
  count: CLAIM_COUNT,
  room: { platform: 16, custom: 3 },
  left: new Map<string, number>(),
  inHand: [],
  seed: randomUUID(),
});

const calls = {
  /** Resolves with the rows per second that `claimants` workers claim together, until `rows` are claimed or the time is over. */
  claimAll: (url: string, claimants: number, rows: number, withinMs: number): Promise<number> =>
    withClaims(url, claimants, async (claims) => {
      const since = performance.now();
      let taken = 0;
      const work = async (worker: number): Promise<void> => {
        while (taken < rows && performance.now() - since < withinMs) {
          const claimed = await claims.claimDue(requestOf(worker));
          taken += claimed.length;
          if (claimed.length === 0) await claims.refreshLanes?.();
        }
      };
      await Promise.all(Array.from({ length: claimants }, (_, worker) => work(worker)));
      return (1000 * taken) / (performance.now() - since);
    }),

  /** Resolves with the duration of each of `times` claims that find nothing. */
  claimNothing: (url: string, times: number): Promise<number[]> =>
    withClaims(url, 1, async (claims) => {
      const took: number[] = [];
      for (let time = 0; time < times; time += 1) {
        const since = performance.now();
        const claimed = await claims.claimDue(requestOf(time));
        if (claimed.length > 0) throw new Error('something was due');
        took.push(performance.now() - since);
      }
      return took;
    }),
};
export type ClaimantsCalls = typeof calls;

serve(calls);
