import { type Group } from './scenario.js';
import { customPeers, platformPeers } from './scenarios/peers.js';
import { killsAtSteps, randomKills } from './scenarios/kills.js';

const HOLD = { UNCERTAIN_POLICY: 'hold' };

/** The campaign, in the order in which it is acted out. */
export const GROUPS: readonly Group[] = [
  { name: 'peers-custom', stage: { customServers: 70 }, policy: 'retry', together: true, scenarios: customPeers },
  { name: 'peers-platform', stage: {}, policy: 'retry', scenarios: platformPeers },
  { name: 'kills', stage: { customServers: 12 }, policy: 'retry', scenarios: [...killsAtSteps('retry'), randomKills('retry')] },
  {
    name: 'kills-hold',
    stage: { customServers: 12, env: HOLD },
    policy: 'hold',
    scenarios: [...killsAtSteps('hold'), randomKills('hold')],
  },
];
