// All services are restarted one after the other under load, two of each behind HAProxy: every request is
// answered, and every mail arrives once.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestHaproxy, type TestHaproxy } from '@billing-mail/testkit';
import { AWAITED } from '../groups.js';
import { Play, seconds } from '../scenario.js';
import { invoice, type MailServer, WORKING, ServiceProcess, Stage } from '@billing-mail/tools/stage';
import { type ServiceName } from '@billing-mail/tools/starting/services';
import { issueTokens } from '@billing-mail/tools/starting/tokens';

const REQUESTS = 1700;
const DELIVERIES = 560;
const AT_ONCE = 4;
/** Messages under way while a dispatcher ends: as many as the dispatchers have connections to one server. */
const SLOW_AT_ONCE = 4;
const SLOW_ANSWER_MS = 25_000;
/** Ends only what hangs: three minutes on a quiet machine. */
const LONG = 1_800_000;

describe('a rolling restart', () => {
  let folder: string;
  let stage: Stage;
  let secondSettings: ServiceProcess;
  let balancer: TestHaproxy<ServiceName>;
  let play: Play;
  let token: string;
  /** Responses that were not as expected. */
  const wrong: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rolling-restart-'));
    stage = await Stage.set(folder, { customServers: 1, env: { ...AWAITED, CLAIM_LEASE: '30s', SHUTDOWN_DELAY: '5s' } });
    secondSettings = new ServiceProcess({ ...stage.settings.options, name: 'settings-api-2' });
    await secondSettings.start();
    const urlsOf = (services: readonly ServiceProcess[]): string[] => services.map(({ url }) => url);
    balancer = await startTestHaproxy<ServiceName>({
      'settings-api': urlsOf([stage.settings, secondSettings]),
      'mail-dispatcher': urlsOf(stage.dispatchers),
      'notification-service': urlsOf(stage.notifiers),
    });
    token = (await issueTokens(stage.jwtSecret)).service;
    play = new Play(stage, 'retry', 'rolling');
  }, LONG);
  afterAll(async () => {
    await balancer.stop();
    await secondSettings.kill();
    await stage.strike();
    await rm(folder, { recursive: true, force: true });
  });

  /** Sends a request through the load balancer. */
  async function ask(service: ServiceName, path: string, init: RequestInit = {}): Promise<void> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers };
    const said = await fetch(`${balancer.urls[service]}${path}`, { ...init, headers }).then(
      async (answer) => (answer.ok ? null : `${answer.status} ${await answer.text()}`),
      (error: Error) => `${error.message} ${String(error.cause)}`,
    );
    if (said !== null) wrong.push(`${service} ${init.method ?? 'GET'} ${path}: ${said}`);
  }

  it(
    `answers ${REQUESTS} requests, and loses and doubles none of ${DELIVERIES} deliveries, some to a server that takes 25 s to answer`,
    async () => {
      const [teamId, slow] = [await play.team(), stage.takeServer()];
      const slowTeam = await play.team({ server: slow });
      slow.behave({ ...WORKING, final: { wait: SLOW_ANSWER_MS, then: '250 2.0.0 queued' } });
      let isRolling = true;
      let requests = 0;
      let deliveries = 2 * SLOW_AT_ONCE;
      const kinds: (() => Promise<void>)[] = [
        () => ask('settings-api', `/v1/teams/${teamId}/email-delivery`),
        () => ask('mail-dispatcher', `/v1/teams/${teamId}/deliveries?limit=5`),
        () => ask('notification-service', `/v1/teams/${teamId}/webhooks`),
      ];
      const askOn = async (): Promise<void> => {
        while (isRolling || requests < REQUESTS) await kinds[(requests += 1) % kinds.length]?.();
      };
      // Half of them through the queue, half over HTTP; the last ones after all services have been restarted.
      const sendOn = async (): Promise<void> => {
        while (deliveries < DELIVERIES) {
          const job = invoice(teamId);
          if ((deliveries += 1) % 2 === 0) await stage.invoicing.publish(job);
          else await postThroughBalancer(job);
          if (isRolling) await new Promise((resolve) => setTimeout(resolve, 200));
        }
      };
      const load = [...Array.from({ length: AT_ONCE }, askOn), sendOn()];
      await rollAll(() => untilSlowAreUnderWay(slow, slowTeam));
      isRolling = false;
      await Promise.all(load);
      const sinceMs = await play.untilSettled();
      await play.conclude();
      console.log(
        `${requests} requests, ${wrong.length} answered wrongly; ${deliveries} deliveries, settled ${seconds(sinceMs)} after the last restart`,
      );
      expect(wrong).toEqual([]);
      expect(play.misses).toEqual([]);
      expect(play.totals).toMatchObject({ accepted: 2 * DELIVERIES, failed: 0, uncertain: 0, doubtfulCopies: 0 });
    },
    LONG,
  );

  async function postThroughBalancer(job: ReturnType<typeof invoice>): Promise<void> {
    const { key, teamId, version: _version, ...body } = job;
    await ask('mail-dispatcher', `/v1/teams/${teamId}/deliveries`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'idempotency-key': key },
    });
    stage.invoicing.promise(job);
  }

  async function rollAll(beforeDispatcher: () => Promise<void>): Promise<void> {
    for (const service of [stage.settings, secondSettings]) await roll('settings-api', service);
    for (const service of stage.dispatchers) {
      await beforeDispatcher();
      await roll('mail-dispatcher', service);
    }
    for (const service of stage.notifiers) await roll('notification-service', service);
  }

  /** Restarts one instance. The next one may end only when this one accepts requests again. */
  async function roll(name: ServiceName, service: ServiceProcess): Promise<void> {
    await service.stop();
    await service.start();
    await play.awaits(`HAProxy has both of ${name}`, async () => (await balancer.upCount(name)) === 2, LONG);
  }

  async function untilSlowAreUnderWay(server: MailServer, teamId: string): Promise<void> {
    const before = server.endsOfData;
    await play.publishMany(teamId, SLOW_AT_ONCE);
    await play.awaits('a slow server has mails to answer', () => server.endsOfData > before);
  }
});
