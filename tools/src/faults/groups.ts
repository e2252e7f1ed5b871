import { jobFaults } from './scenarios/jobs.js';
import { killsAtSteps, randomKills } from './scenarios/kills.js';
import { massFaults } from './scenarios/masses.js';
import { customPeers, platformPeers } from './scenarios/peers.js';
import { diskFull, postgresFaults } from './scenarios/postgres.js';
import { frozenAfterTheGate, processFaults } from './scenarios/processes.js';
import { redisFaults } from './scenarios/redis.js';
import { type Group } from './scenario.js';

const HOLD = { UNCERTAIN_POLICY: 'hold' };
/** Where no process dies none may be taken for dead, however slow the machine is; still shorter than PostgreSQL is away. */
const PATIENT_LEASE = { CLAIM_LEASE: '8s' };
/** Figures of speed are taken as the services run usually. */
const USUAL_LEASE = { CLAIM_LEASE: '30s' };

/** The campaign, in the order in which it is acted out. */
export const GROUPS: readonly Group[] = [
  { name: 'peers-custom', stage: { customServers: 70 }, policy: 'retry', together: true, alone: true, scenarios: customPeers },
  { name: 'peers-platform', stage: {}, policy: 'retry', scenarios: platformPeers },
  { name: 'kills', stage: { customServers: 12 }, policy: 'retry', scenarios: [...killsAtSteps('retry'), randomKills('retry')] },
  {
    name: 'kills-hold',
    stage: { customServers: 12, env: HOLD },
    policy: 'hold',
    scenarios: [...killsAtSteps('hold'), frozenAfterTheGate('hold'), randomKills('hold')],
  },
  { name: 'processes', stage: { customServers: 14 }, policy: 'retry', scenarios: processFaults },
  { name: 'redis', stage: { customServers: 10 }, policy: 'retry', scenarios: redisFaults },
  { name: 'postgres', stage: { customServers: 12, env: PATIENT_LEASE }, policy: 'retry', scenarios: postgresFaults },
  { name: 'disk', stage: { diskMb: 220, env: PATIENT_LEASE }, policy: 'retry', alone: true, scenarios: diskFull },
  { name: 'jobs', stage: {}, policy: 'retry', scenarios: jobFaults },
  { name: 'masses', stage: { env: USUAL_LEASE }, policy: 'retry', alone: true, scenarios: massFaults },
];
