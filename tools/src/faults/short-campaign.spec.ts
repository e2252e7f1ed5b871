// The short version of `npm run faults`: two dispatchers and two notification-services, every peer on the custom route, and one fault of
// each other kind. What the whole campaign finds beyond it needs more time, more load or a quiet machine.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Result, runCampaign } from './campaign.js';
import { GROUPS } from './groups.js';
import { type Group, type Scenario } from './scenario.js';
import { answeringCustomPeers, silentCustomPeers } from './scenarios/peers.js';

/** The scenarios of a group of the campaign that bear these names. */
function some(groupName: string, ...names: string[]): Scenario[] {
  const known = GROUPS.find(({ name }) => name === groupName)?.scenarios ?? [];
  return names.map((name) => {
    const scenario = known.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`The campaign has no ${groupName}/${name}.`);
    return scenario;
  });
}

// All servers live in this process, beside other tests. A server that answers is awaited for as long as a scenario may take, so that
// no machine is too busy for it; one that does not answer is given up as soon as can be.
const AWAITED = { SMTP_CONNECT_TIMEOUT: '50s', SMTP_REPLY_TIMEOUT: '50s', SMTP_FINAL_REPLY_TIMEOUT: '50s' };
const GIVEN_UP = { SMTP_CONNECT_TIMEOUT: '8s', SMTP_REPLY_TIMEOUT: '8s', SMTP_FINAL_REPLY_TIMEOUT: '8s' };

const atOnce = (name: string, scenarios: readonly Scenario[], timeouts: NodeJS.ProcessEnv): Group => ({
  name,
  stage: { customServers: scenarios.length, env: { CLAIM_LEASE: '12s', ...timeouts } },
  policy: 'retry',
  together: true,
  scenarios,
});

const ONE_OF_EACH: Group = {
  name: 'one-of-each',
  stage: { customServers: 8, env: { CLAIM_LEASE: '8s', ...AWAITED } },
  policy: 'retry',
  scenarios: [
    ...some('peers-platform', 'final-reset', 'rcpt-mixed', 'starttls-injected'),
    ...some('kills', 'before-the-gate', 'after-the-gate'),
    ...some('redis', 'flushall', 'frozen'),
    ...some('postgres', 'terminated', 'away-at-250'),
    ...some('processes', 'rolling-restart'),
    ...some('jobs', 'same-key', 'malformed'),
  ],
};

describe('nothing is lost, nothing is doubled in silence', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'short-campaign-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([atOnce('answering-peers', answeringCustomPeers, AWAITED), atOnce('silent-peers', silentCustomPeers, GIVEN_UP), ONE_OF_EACH])(
    'under the faults called $name',
    async (group) => {
      const results: Result[] = [];
      await runCampaign([group], folder, { began: () => undefined, ended: (result) => results.push(result) });
      expect(results).toHaveLength(group.scenarios.length);
      // Skipped is what this machine can't do, such as a DNS of its own without root.
      expect(results.filter(({ verdict }) => verdict === 'missed').map(({ name, seen, misses }) => ({ name, seen, misses }))).toEqual([]);
    },
    600_000, // a minute on a quiet machine
  );
});
