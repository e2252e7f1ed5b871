import { randomBytes } from 'node:crypto';
import { alertFaults } from './scenarios/alerts.js';
import { BOUNCE_DOMAIN, bounceFaults } from './scenarios/bounces.js';
import { jobFaults } from './scenarios/jobs.js';
import { keptSessionFaults } from './scenarios/kept-sessions.js';
import { awaitedBystanders, killsOfBystanders } from './scenarios/kills-of-bystanders.js';
import { killsAtSteps, randomKills } from './scenarios/kills.js';
import { massFaults } from './scenarios/masses.js';
import { broken, brokenForLong, brokenForLongOnHold, unkeptBytes } from './scenarios/own-trouble.js';
import { answeringCustomPeers, platformPeers, silentCustomPeers } from './scenarios/peers.js';
import { diskFull, postgresFaults } from './scenarios/postgres.js';
import { frozenAfterTheGate, processFaults } from './scenarios/processes.js';
import { realServers, serverLimits } from './scenarios/real-servers.js';
import { redisFaults } from './scenarios/redis.js';
import { sameBytes } from './scenarios/same-bytes.js';
import { sharedStatements } from './scenarios/shared-statements.js';
import { takingIn } from './scenarios/taking-in.js';
import { waysOut } from './scenarios/ways-out.js';
import { type Group, type Scenario } from './scenario.js';

const HOLD = { UNCERTAIN_POLICY: 'hold' };
/**
 * For scenarios in which no process dies: long enough that none is taken for dead, however slow the machine is, but
 * shorter than PostgreSQL is away.
 */
const PATIENT_LEASE = { CLAIM_LEASE: '8s' };
/** Speed is measured with the services' usual lease. */
const USUAL_LEASE = { CLAIM_LEASE: '30s' };

/** Waits for a server that answers for as long as a scenario may take, so that no machine is too busy for it. */
export const AWAITED = { SMTP_CONNECT_TIMEOUT: '50s', SMTP_REPLY_TIMEOUT: '50s', SMTP_FINAL_REPLY_TIMEOUT: '50s' };
/** Gives up a server that does not answer soon, but not before a busy process that plays all servers at once has had time to answer. */
const GIVEN_UP = { SMTP_CONNECT_TIMEOUT: '8s', SMTP_REPLY_TIMEOUT: '8s', SMTP_FINAL_REPLY_TIMEOUT: '8s' };

/** The usual retry delays divided by 60, because rates are counted per second here and per minute elsewhere. */
const SCALED = { RETRY_DELAYS: '5s,30s' };
const ONE_MESSAGE_EACH = { ...SCALED, SMTP_SESSION_MESSAGES: '1' };

/**
 * A single label, which must never be sent in EHLO. Without this setting, only a machine with such a name would show whether it is sent.
 */
const BARE_NAME = { SMTP_CLIENT_NAME: 'vm' };

/** Returns a group of scenarios that run at the same time, with one server each. */
const atOnce = (name: string, scenarios: readonly Scenario[], timeouts: NodeJS.ProcessEnv): Group => ({
  name,
  stage: { customServers: scenarios.length, env: { CLAIM_LEASE: '12s', ...timeouts } },
  policy: 'retry',
  together: true,
  alone: true,
  scenarios,
});

/** The campaign's groups, in the order in which they run. */
export const GROUPS: readonly Group[] = [
  atOnce('peers-custom', answeringCustomPeers, AWAITED),
  atOnce('peers-custom-silent', silentCustomPeers, GIVEN_UP),
  { name: 'peers-platform', stage: {}, policy: 'retry', scenarios: platformPeers },
  {
    name: 'kills',
    stage: { customServers: 16 },
    policy: 'retry',
    scenarios: [...killsAtSteps('retry'), randomKills('retry'), ...killsOfBystanders],
  },
  { name: 'kills-awaited', stage: { customServers: 4, env: AWAITED }, policy: 'retry', scenarios: awaitedBystanders },
  {
    name: 'kills-hold',
    stage: { customServers: 12, env: HOLD },
    policy: 'hold',
    scenarios: [...killsAtSteps('hold'), frozenAfterTheGate('hold'), randomKills('hold')],
  },
  { name: 'kept-sessions', stage: { customServers: 16 }, policy: 'retry', scenarios: keptSessionFaults },
  { name: 'shared', stage: { customServers: 10 }, policy: 'retry', scenarios: sharedStatements('retry') },
  { name: 'shared-hold', stage: { customServers: 4, env: HOLD }, policy: 'hold', scenarios: sharedStatements('hold') },
  { name: 'processes', stage: { customServers: 14 }, policy: 'retry', scenarios: processFaults },
  { name: 'redis', stage: { customServers: 10 }, policy: 'retry', scenarios: redisFaults },
  { name: 'postgres', stage: { customServers: 12, env: PATIENT_LEASE }, policy: 'retry', scenarios: postgresFaults },
  { name: 'same-bytes', stage: { customServers: 5, env: { RETRY_DELAYS: '5s,5s' } }, policy: 'retry', scenarios: sameBytes },
  {
    name: 'nowhere-to-record',
    stage: { customServers: broken.length + unkeptBytes.length, diskMb: { journal: 4, documents: 60 }, env: { CLAIM_LEASE: '40s' } },
    policy: 'retry',
    scenarios: [...broken, ...unkeptBytes],
  },
  {
    name: 'nowhere-for-long',
    stage: { customServers: brokenForLong.length, diskMb: { journal: 4 }, wired: true },
    policy: 'retry',
    scenarios: brokenForLong,
  },
  {
    name: 'nowhere-for-long-hold',
    stage: { customServers: brokenForLongOnHold.length, diskMb: { journal: 4 }, wired: true, env: HOLD },
    policy: 'hold',
    scenarios: brokenForLongOnHold,
  },
  { name: 'ways-out', stage: { customServers: 2 }, policy: 'retry', scenarios: waysOut },
  { name: 'disk', stage: { diskMb: { postgres: 220 }, env: PATIENT_LEASE }, policy: 'retry', alone: true, scenarios: diskFull },
  { name: 'alerts', stage: { customServers: 8 }, policy: 'retry', scenarios: alertFaults },
  {
    name: 'server-limits',
    stage: { customServers: 2 * serverLimits.length, env: { ...ONE_MESSAGE_EACH, ...PATIENT_LEASE, ...AWAITED } },
    policy: 'retry',
    together: true,
    scenarios: serverLimits,
  },
  {
    name: 'real-servers',
    stage: { customServers: 2 * realServers.length, env: { ...SCALED, ...PATIENT_LEASE, ...AWAITED, ...BARE_NAME } },
    policy: 'retry',
    scenarios: realServers,
  },
  {
    name: 'bounces',
    stage: { dispatchers: 1, env: { BOUNCE_DOMAIN, BOUNCE_SECRET: `faults:${randomBytes(32).toString('base64')}` } },
    policy: 'retry',
    scenarios: bounceFaults,
  },
  { name: 'jobs', stage: {}, policy: 'retry', scenarios: [...jobFaults, ...takingIn] },
  { name: 'masses', stage: { env: USUAL_LEASE }, policy: 'retry', alone: true, scenarios: massFaults },
];
