// The system under attack: the three services as real processes with their parts, tokens of all callers, and a way to send requests.
import { mkdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { type DeliveryView } from '@billing-mail/contracts';
import { findDelivery } from '@billing-mail/tools/services-client';
import { type ServiceName } from '@billing-mail/tools/starting/services';
import { invoice, ServiceProcess, Stage } from '@billing-mail/tools/stage';
import { authorizations, type CallerName, OTHER_TEAM, signToken, TEAM } from './callers.js';

export type Answer = { status: number; headers: Headers; text: string };
export type Question = {
  /** A caller by name, or the header `Authorization` itself. */
  as?: CallerName | { authorization: string };
  method?: string;
  /** Text and bytes go out as they are, everything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
};

// Ends only requests that hang: a busy machine takes long.
const ANSWER_WITHIN_MS = 120_000;

/** The heap of a container in a small installation: filling it kills the service. */
const HEAP_MB = 1024;

export class Site {
  private constructor(
    readonly stage: Stage,
    private readonly callers: Record<CallerName, string | undefined>,
  ) {}

  static async open(logFolder: string): Promise<Site> {
    mkdirSync(logFolder, { recursive: true });
    const stage = await Stage.set(logFolder, {
      ...{ dispatchers: 1, notifiers: 1, customServers: 5, nodeArgs: [`--max-old-space-size=${HEAP_MB}`] },
      // So that no dispatcher is taken for dead while the machine is busy.
      env: { CLAIM_LEASE: '30s' },
    });
    for (const team of [TEAM, OTHER_TEAM]) await stage.invoicing.setUpTeam(team, { companyName: `Team ${team}` });
    return new Site(stage, await authorizations(stage.jwtSecret));
  }

  close(): Promise<void> {
    return this.stage.strike();
  }

  get services(): Record<ServiceName, ServiceProcess> {
    const { settings, dispatchers, notifiers } = this.stage;
    const [dispatcher, notifier] = [dispatchers[0], notifiers[0]];
    if (dispatcher === undefined || notifier === undefined) throw new Error('The stage has not all services.');
    return { 'settings-api': settings, 'mail-dispatcher': dispatcher, 'notification-service': notifier };
  }

  authorization(as: Question['as']): string | undefined {
    return typeof as === 'object' ? as.authorization : this.callers[as ?? 'nobody'];
  }

  /** Returns a token with these claims in addition to those of a valid one, or in their place. */
  async tokenWith(claims: Record<string, unknown>): Promise<{ authorization: string }> {
    return { authorization: `Bearer ${await signToken(this.stage.jwtSecret, claims)}` };
  }

  /**
   * Sends a request to a service, over a connection of its own, because a kept one may be closed at that moment. The body is not copied.
   * Does not wait for the end of an event stream: its head says whether it was opened. Rejects if the connection is cut before the answer.
   */
  ask(service: ServiceName | ServiceProcess, path: string, { as, method = 'GET', body, headers = {} }: Question = {}): Promise<Answer> {
    const { url } = typeof service === 'string' ? this.services[service] : service;
    const authorization = this.authorization(as);
    const content = body === undefined ? undefined : isRaw(body) ? bytesOf(body) : Buffer.from(JSON.stringify(body));
    // Keep-alive, because the service would otherwise cut the connection with its answer while a large body is still being sent.
    const agent = new Agent({ keepAlive: true });
    return new Promise<Answer>((resolve, reject) => {
      const asked = request(`${url}${path}`, {
        ...{ method, agent, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) },
        headers: {
          ...(authorization === undefined ? {} : { authorization }),
          ...(content === undefined ? {} : { 'content-type': 'application/json', 'content-length': content.length }),
          ...headers,
        },
      });
      asked.once('error', reject).once('response', (response) => {
        const answered = new Headers(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
        const answer = (text: string): void => resolve({ status: response.statusCode ?? 0, headers: answered, text });
        let text = '';
        response.setEncoding('utf8').on('data', (more: string) => (text += more));
        response.once('end', () => answer(text)).once('error', reject);
        if (answered.get('content-type')?.startsWith('text/event-stream') !== true) return;
        answer('');
        asked.destroy();
      });
      asked.end(content);
    }).finally(() => agent.destroy());
  }

  /** Hands over an invoice of the team by HTTP, with these changes to its body. */
  hand(as: Question['as'], changes: Record<string, unknown> = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const { key, version: _version, teamId, ...body } = invoice(TEAM);
    return this.ask('mail-dispatcher', `/v1/teams/${teamId}/deliveries`, {
      ...{ as, method: 'POST', headers: { 'idempotency-key': key, ...headers } },
      body: { ...body, ...changes },
    });
  }

  /** Runs `happen` while another instance of a service, with another environment, runs beside the stage's own. */
  async beside<T>(service: ServiceName, changes: NodeJS.ProcessEnv, happen: (apart: ServiceProcess) => Promise<T>): Promise<T> {
    const { options } = this.services[service];
    const name = `${service}-apart-${this.apart.length + 1}`;
    const apart = new ServiceProcess({ ...options, name, env: { ...options.env, ...changes } });
    // Waits only for liveness: readiness is not tested here, although a service is also ready while the identity provider is away.
    await apart.start('live');
    this.apart.push(apart);
    try {
      return await happen(apart);
    } finally {
      await apart.stop();
    }
  }
  private readonly apart: ServiceProcess[] = [];

  /**
   * Returns how many requests a service has answered with a 5xx status so far, according to the logs; an instance started beside may have
   * answered with those in `expected`.
   */
  failuresInLogs(expected: readonly number[] = []): number {
    const count = (status: number | '5', services: ServiceProcess[]): number =>
      this.stage.countInLogs(`"res":{"status":${status}`, services);
    const announced = expected.reduce((sum, status) => sum + count(status, this.apart), 0);
    return count('5', [...Object.values(this.services), ...this.apart]) - announced;
  }

  /** Sends an invoice of the team. Resolves with the settled delivery and how long it took. */
  async sendInvoice(changes: Parameters<typeof invoice>[1] = {}): Promise<{ delivery: DeliveryView; ms: number }> {
    const since = performance.now();
    const job = invoice(TEAM, changes);
    await this.stage.invoicing.post(job);
    const { url } = this.services['mail-dispatcher'];
    const token = this.callers.service?.replace('Bearer ', '') ?? '';
    for (const end = Date.now() + ANSWER_WITHIN_MS; Date.now() < end;) {
      const delivery = await findDelivery(url, token, { teamId: TEAM, key: job.key, documentId: job.document.id });
      if (delivery !== null && delivery.settledAt !== null) return { delivery, ms: performance.now() - since };
    }
    throw new Error(`The invoice ${job.key} is not settled.`);
  }
}

const isRaw = (body: unknown): body is string | Buffer => typeof body === 'string' || Buffer.isBuffer(body);
const bytesOf = (body: string | Buffer): Buffer => (typeof body === 'string' ? Buffer.from(body) : body);
