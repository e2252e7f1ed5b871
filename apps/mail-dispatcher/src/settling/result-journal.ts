// Keeps results that PostgreSQL could not take yet, each in an fsynced file, so that a restart does not forget that a server has accepted a
// message.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger, TroubleLog } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { journalSetAside } from '../records/dispatcher.metrics.js';
import { type FactsReport, factsReport } from './try-report.js';

/** Longer than writing a report takes, even on a slow disk. */
const WRITING_MS = 60_000;
/**
 * Folder for reports that can't be recorded, each with a file that says why. It is inside the journal folder, because only there is a
 * rename certain to stay on one file system.
 */
const SET_ASIDE = 'set-aside';
/** Larger than a report, so that a disk without room for one is noticed. */
const PROBE = Buffer.alloc(16 * 1024, ' ');

export type SetAsideReason = 'unreadable' | 'truncated' | 'invalid' | 'unknown_delivery' | 'not_recordable';

@Injectable()
export class ResultJournal implements OnApplicationBootstrap {
  private readonly folder: string;
  private readonly trouble: TroubleLog;
  /** Ids of files that could not even be set aside; each is logged once. */
  private readonly stuck = new Set<string>();

  constructor(
    @Inject(DISPATCHER_ENV) env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.folder = path.resolve(env.RESULT_JOURNAL_DIR);
    this.trouble = new TroubleLog(logger);
  }

  /** Checks the journal at start, so that a journal that can't be written is logged before it is needed. */
  async onApplicationBootstrap(): Promise<void> {
    await this.check().catch(() => undefined);
  }

  /** Throws if a report could not be written to the journal now. */
  async check(): Promise<void> {
    const probe = path.join(this.folder, `.probe-${randomUUID()}`);
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeFile(probe, PROBE, { flag: 'wx', mode: 0o600, flush: true });
    } catch (error) {
      this.trouble.tell(
        error as Error,
        { step: 'journal', folder: this.folder },
        'the result journal cannot be written, so this dispatcher is not ready',
      );
      throw error;
    } finally {
      await rm(probe, { force: true }).catch(() => undefined);
    }
  }

  /** Writes a report to the journal. The report is durable once the promise resolves. Returns its id. */
  async keep({ deliveryId, attemptId, route, results }: FactsReport): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    const handle = await open(this.fileOf(id), 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ deliveryId, attemptId, route, results } satisfies FactsReport));
      await handle.sync();
    } catch (error) {
      // An empty file can be created even on a full disk, and each of the many attempts would leave one behind.
      await this.forget(id);
      throw error;
    } finally {
      await handle.close();
    }
    const folder = await open(this.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    return id;
  }

  async forget(id: string): Promise<void> {
    await rm(this.fileOf(id), { force: true });
  }

  /** Returns the reports in the journal; none if the folder does not exist. Sets aside files that are not reports. */
  async kept(): Promise<{ id: string; report: FactsReport }[]> {
    const names = (await ifThere(readdir(this.folder))) ?? [];
    const kept: { id: string; report: FactsReport }[] = [];
    for (const name of names.filter((other) => other.endsWith('.json'))) {
      const id = name.slice(0, -'.json'.length);
      const read = await this.read(id);
      if (read === null) continue;
      if ('report' in read) kept.push({ id, report: read.report });
      else await this.setAside(id, read.reason, read.why);
    }
    return kept;
  }

  /** Moves a file that can't be recorded to a folder for the operator. Nothing is deleted, and later replays do not read the file again. */
  async setAside(id: string, reason: SetAsideReason, why: string): Promise<void> {
    const name = path.basename(this.fileOf(id));
    const place = path.join(this.folder, SET_ASIDE, `${new Date().toISOString().replaceAll(':', '-')}-${name}`);
    try {
      await mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
      if ((await ifThere(rename(this.fileOf(id), place).then(() => true))) === null) return;
      this.stuck.delete(id);
      this.tell(place, reason, why);
      await writeFile(`${place}.reason.txt`, `${reason}: ${why}\n`, { mode: 0o600 });
    } catch (error) {
      if (!this.stuck.has(id)) this.tell(this.fileOf(id), reason, `${why}; it stays where it is: ${(error as Error).message}`);
      this.stuck.add(id);
    }
  }

  private tell(file: string, reason: SetAsideReason, why: string): void {
    journalSetAside.inc({ reason });
    this.logger.error(
      { step: 'journal', file, reason, why },
      "a file in the result journal cannot be recorded and needs the operator's attention",
    );
  }

  private async read(id: string): Promise<{ report: FactsReport } | { reason: SetAsideReason; why: string } | null> {
    let content: string | null;
    try {
      content = await ifThere(readFile(this.fileOf(id), 'utf8'));
    } catch (error) {
      return { reason: 'unreadable', why: (error as Error).message };
    }
    return content === null ? null : parseReport(content, await this.isBeingWritten(id));
  }

  /**
   * Returns whether a process that shares the folder may still be writing the file. Otherwise the writer of an incomplete report has died.
   */
  private async isBeingWritten(id: string): Promise<boolean> {
    const written = await ifThere(stat(this.fileOf(id)));
    return written !== null && Date.now() - written.mtimeMs <= WRITING_MS;
  }

  private fileOf(id: string): string {
    return path.join(this.folder, `${id}.json`);
  }
}

/** Parses a report; `null` if the JSON is incomplete and still being written. A JSON object is complete once it parses. */
function parseReport(content: string, isBeingWritten: boolean): { report: FactsReport } | { reason: SetAsideReason; why: string } | null {
  let data: unknown;
  try {
    data = JSON.parse(content);
  } catch (error) {
    return isBeingWritten ? null : { reason: 'truncated', why: (error as Error).message };
  }
  const parsed = factsReport.safeParse(data);
  if (!parsed.success)
    return { reason: 'invalid', why: parsed.error.issues.map(({ path: at, message }) => `/${at.join('/')} ${message}`).join('; ') };
  return { report: data as FactsReport };
}

/** Returns `null` if the file does not exist, because another process that shares the folder may have recorded it meanwhile. */
async function ifThere<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
