// Publishes invoices of one size, from a number of teams, to a number of recipients.
import { DISPATCH_JOB, DISPATCH_QUEUE, dispatchJobSchema, QUEUE_PREFIX, type DispatchJobInput } from '@billing-mail/contracts';
import Bull, { type Queue } from 'bull';
import { type Documents, type Handover } from './documents.js';

/** What one run has to deliver. */
export type Load = {
  count: number;
  /** Number of deliveries that are sent before the measurement begins. */
  warmUp: number;
  bytes: number;
  handover: Handover;
  teams: readonly string[];
  /** Recipients of each delivery. */
  recipients: number;
};

// The same options as in publishDispatchJob.
const OPTIONS = { removeOnComplete: true, removeOnFail: false, attempts: 1 } as const;
const BATCH_BYTES = 8_000_000;

const TEXT = `Dear Sir or Madam,

please find attached our invoice for the services of this month. The amount is due within fourteen days of the date of the invoice.
If you have questions, reply to this message; our accounting answers within one working day.

Kind regards
Your accounting
`;

let runs = 0;

/** Yields the jobs of one run, with keys that no other run uses. */
export function* jobsOf(load: Load, documents: Documents): Generator<DispatchJobInput> {
  const run = (runs += 1);
  for (let index = 0; index < load.warmUp + load.count; index += 1) {
    const key = `r${run}-${index}`;
    const teamId = load.teams[index % load.teams.length] ?? '';
    const attachments = documents.of(teamId, load.bytes, load.handover);
    const attachment = attachments[index % attachments.length];
    yield {
      version: 1,
      key,
      teamId,
      requestedBy: { userId: 'clerk' },
      document: { id: key, type: 'invoice', number: key },
      to: Array.from({ length: load.recipients }, (_, at) => ({ address: at === 0 ? addressOf(key) : `${key}.${at}@customer.example` })),
      subject: `Invoice ${key}`,
      text: TEXT,
      attachments: attachment === undefined ? [] : [attachment],
    };
  }
}

/** Returns the address by which the sink recognises a delivery. */
export const addressOf = (key: string): string => `${key}@customer.example`;

export class Publisher {
  private readonly queue: Queue<DispatchJobInput>;

  constructor(redisUrl: string) {
    this.queue = new Bull(DISPATCH_QUEUE, redisUrl, { prefix: QUEUE_PREFIX });
  }

  async publish(job: DispatchJobInput): Promise<void> {
    await this.queue.add(DISPATCH_JOB, job, OPTIONS);
  }

  /** Publishes the jobs in batches. Resolves when Redis has all of them. */
  async publishAll(jobs: Iterable<DispatchJobInput>): Promise<void> {
    let batch: DispatchJobInput[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      await this.queue.addBulk(batch.map((data) => ({ name: DISPATCH_JOB, data, opts: OPTIONS })));
      [batch, bytes] = [[], 0];
    };
    for (const job of jobs) {
      // Validating the first job is enough: the others differ only in their keys.
      if (bytes === 0) dispatchJobSchema().parse(job);
      batch.push(job);
      bytes += 1000 + 40 * job.to.length + lengthOf(job);
      if (bytes > BATCH_BYTES) await flush();
    }
    if (batch.length > 0) await flush();
  }

  async waiting(): Promise<number> {
    const { waiting, active, delayed } = await this.queue.getJobCounts();
    return waiting + active + delayed;
  }

  async close(): Promise<void> {
    await this.queue.close();
  }
}

function lengthOf({ attachments = [] }: DispatchJobInput): number {
  return attachments.reduce((sum, attachment) => sum + ('content' in attachment ? attachment.content.length : 0), 0);
}
