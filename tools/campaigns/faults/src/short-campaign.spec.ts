// The short version of `npm run faults`: two dispatchers, two notification-services, every peer on the custom route, and one fault of each
// other kind. What only the whole campaign finds needs more time, more load or a quiet machine.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Result, runCampaign, STATES } from './campaign.js';
import { AWAITED, GROUPS } from './groups.js';
import { type Group, type Scenario } from './scenario.js';

function named<T extends { name: string }>(things: readonly T[], name: string): T {
  const thing = things.find((one) => one.name === name);
  if (thing === undefined) throw new Error(`The campaign has no ${name}.`);
  return thing;
}

/** Returns the named scenarios of a group. */
const some = (groupName: string, ...names: string[]): Scenario[] => names.map((name) => named(named(GROUPS, groupName).scenarios, name));

/** Beside other tests requests wait longer for a connection to PostgreSQL; the whole campaign has the services' own limit. */
const PATIENT = { CLAIM_LEASE: '8s', DATABASE_CONNECT_TIMEOUT: '50s', ...AWAITED };

const ONE_OF_EACH: Group = {
  name: 'one-of-each',
  stage: { customServers: 8, env: PATIENT },
  policy: 'retry',
  scenarios: [
    ...some('peers-platform', 'final-reset', 'rcpt-mixed', 'starttls-injected'),
    ...some('kills', 'before-the-gate', 'released', 'after-the-gate'),
    ...some('redis', 'flushall', 'frozen'),
    ...some('postgres', 'terminated', 'away-at-250'),
    ...some('processes', 'rolling-restart'),
    ...some('jobs', 'same-key', 'malformed'),
  ],
};

/** What deliveries share, which is statements and connections; and what is left when neither PostgreSQL nor the disk accepts a result. */
const SHARED_AND_KEPT: Group = {
  name: 'shared-and-kept',
  stage: { customServers: 13, diskMb: { journal: 4 }, env: PATIENT },
  policy: 'retry',
  scenarios: [
    ...some('kept-sessions', 'mail-reset', 'idle-close', 'mail-late', 'one-message-each', 'no-pipelining', 'password-changed'),
    ...some('shared', 'group-settled', 'group-refused-at-intake', 'group-refused-at-settle', 'group-cancelled-at-released'),
    ...some('nowhere-to-record', 'away-full', 'replayed-read-only'),
  ],
};

describe('nothing is lost, and nothing is sent twice without a notice', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'short-campaign-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([named(GROUPS, 'peers-custom'), named(GROUPS, 'peers-custom-silent'), ONE_OF_EACH, SHARED_AND_KEPT])(
    'under the faults called $name',
    async (group) => {
      const results: Result[] = [];
      await runCampaign([group], folder, { began: () => undefined, ended: (result) => results.push(result) });
      expect(results.map(({ name }) => name).sort()).toEqual([...group.scenarios.map(({ name }) => name), STATES].sort());
      // Scenarios that this machine cannot run, such as a DNS of its own without root, are skipped.
      expect(results.filter(({ verdict }) => verdict === 'missed').map(({ name, seen, misses }) => ({ name, seen, misses }))).toEqual([]);
    },
  );
});
