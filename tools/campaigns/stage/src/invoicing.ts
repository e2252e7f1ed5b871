// Plays the company's invoicing: sets up teams, publishes documents, and remembers what was acknowledged.
import {
  DISPATCH_QUEUE,
  publishDispatchJob,
  type DispatchJobInput,
  type EmailDeliveryInput,
  type Replication,
} from '@billing-mail/contracts';
import { bullOptions, connectionsOf, type RedisEnv } from '@billing-mail/platform';
import Bull, { type Queue } from 'bull';
import { call } from '@billing-mail/tools/services-client';
import { ACCOUNT, type MailServer } from './mail-server.js';

/** The requester of every scenario's documents, who must be told of all trouble with them. */
export const CLERK = 'clerk';

/** An acknowledged delivery: its key and its recipients. */
export type Promised = { key: string; teamId: string; recipients: string[] };

export type TeamOptions = {
  /** The team's own mail server; without it (and without `port`) the team sends by the platform. */
  server?: MailServer;
  host?: string;
  port?: number;
  security?: 'none' | 'starttls' | 'tls';
  fallback?: boolean;
  companyName?: string;
  fromAddress?: string;
  /** Replaces the password that every server knows. */
  password?: string;
};

export class Invoicing {
  private readonly queue: Queue;
  private readonly redis: RedisEnv;
  private lastSetUp: Promise<unknown> = Promise.resolve();
  /** Everything that was acknowledged. */
  readonly promised: Promised[] = [];

  constructor(
    redisUrl: string,
    private readonly settingsUrl: () => string,
    private readonly dispatcherUrl: () => string,
    private readonly token: string,
  ) {
    this.redis = { REDIS_URL: redisUrl };
    this.queue = new Bull(DISPATCH_QUEUE, bullOptions(this.redis));
    this.queue.on('error', () => undefined);
  }

  /**
   * Sets up a team on the platform, or with the given server. Teams are set up one after the other: a hundred at once
   * wait too long for a connection.
   */
  async setUpTeam(teamId: string, options: TeamOptions = {}): Promise<void> {
    const { server, host = '127.0.0.1', port = server?.port, security = 'starttls', fallback = false } = options;
    const { companyName = `Team ${teamId}`, fromAddress = `billing@${teamId}.example`, password = ACCOUNT.password } = options;
    const auth = security === 'none' ? { type: 'none' as const } : { type: 'password' as const, username: ACCOUNT.username, password };
    const smtp = port === undefined ? null : { host, port, security, auth, fromAddress };
    const body: Partial<EmailDeliveryInput> = {
      companyName,
      locale: 'en',
      sender: smtp === null ? 'platform' : 'custom',
      smtp,
      fallback,
    };
    const put = () => call(`${this.settingsUrl()}/v1/teams/${teamId}/email-delivery`, this.token, { method: 'PUT', body });
    this.lastSetUp = this.lastSetUp.then(put, put);
    await this.lastSetUp;
  }

  /** Publishes to the queue. The job counts as promised once Redis, and if `replication` is given its replicas, have acknowledged it. */
  async publish(job: DispatchJobInput, replication?: Replication): Promise<void> {
    await (replication === undefined ? publishDispatchJob(this.queue, job) : publishDispatchJob(this.queue, job, replication));
    this.promise(job);
  }

  /** Publishes over HTTP; resolves with the status. */
  async post({ key, teamId, version: _version, ...body }: DispatchJobInput): Promise<number> {
    const url = `${this.dispatcherUrl()}/v1/teams/${teamId}/deliveries`;
    const { status } = await call(url, this.token, { method: 'POST', body, headers: { 'idempotency-key': key }, expect: [200, 202] });
    this.promise({ key, teamId, version: 1, ...body });
    return status;
  }

  /** Cancels a delivery. Resolves with true if there was something left to cancel, with false if the server already has it. */
  async cancel(teamId: string, deliveryId: string): Promise<boolean> {
    const url = `${this.dispatcherUrl()}/v1/teams/${teamId}/deliveries/${deliveryId}/cancel`;
    return (await call(url, this.token, { method: 'POST', expect: [200, 409] })).status === 200;
  }

  /** Returns the number of jobs that no dispatcher has taken in yet. */
  async waitingJobs(): Promise<number> {
    const { waiting, active, delayed } = await this.queue.getJobCounts();
    return waiting + active + delayed;
  }

  get jobs(): Queue {
    return this.queue;
  }

  async close(): Promise<void> {
    // `close` waits for Redis, which a scenario may have stopped for good.
    await Promise.race([this.queue.close(true).catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
    for (const connection of connectionsOf(this.redis)) connection.disconnect();
  }

  /** Also notes what was acknowledged elsewhere. */
  promise({ key, teamId, to, cc = [], bcc = [] }: DispatchJobInput): void {
    if (this.promised.some((promise) => promise.key === key && promise.teamId === teamId)) return;
    this.promised.push({ key, teamId, recipients: [...to, ...cc, ...bcc].map(({ address }) => address) });
  }
}

let documents = 0;

/** Returns an invoice to two people with an attachment of `bytes` bytes. */
export function invoice(teamId: string, changes: Partial<DispatchJobInput> & { bytes?: number } = {}): DispatchJobInput {
  const { bytes = 2000, ...rest } = changes;
  const key = `f${(documents += 1)}`;
  const content = Buffer.alloc(bytes, `%PDF-1.7 ${key} `).toString('base64');
  return {
    version: 1,
    key,
    teamId,
    requestedBy: { userId: CLERK, email: 'clerk@faults.example', locale: 'en' },
    document: { id: key, type: 'invoice', number: key },
    to: [{ address: `a.${key}@customer.example` }, { address: `b.${key}@customer.example` }],
    subject: `Invoice ${key}`,
    text: 'Please find the invoice attached.',
    attachments: [{ filename: `${key}.pdf`, contentType: 'application/pdf', content }],
    ...rest,
  };
}
