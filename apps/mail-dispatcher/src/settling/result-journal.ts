// Results that PostgreSQL could not take yet, one file each, fsynced: a restart must not forget that a server said yes.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { type FactsReport } from './try-report.js';

/** Longer than writing a report takes, however slow the disk. */
const WRITING_MS = 60_000;

@Injectable()
export class ResultJournal {
  private readonly folder: string;

  constructor(@Inject(DISPATCHER_ENV) env: DispatcherEnv) {
    this.folder = path.resolve(env.RESULT_JOURNAL_DIR);
  }

  /** Keeps a report; durable once it resolves. Returns its id. */
  async keep({ deliveryId, attemptId, route, results }: FactsReport): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    const handle = await open(this.fileOf(id), 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ deliveryId, attemptId, route, results } satisfies FactsReport));
      await handle.sync();
    } catch (error) {
      // A full disk has room for names, and each of the many times that this is tried would leave one.
      await this.forget(id);
      throw error;
    } finally {
      await handle.close();
    }
    const folder = await open(this.folder, 'r');
    await folder.sync().finally(() => folder.close());
    return id;
  }

  async forget(id: string): Promise<void> {
    await rm(this.fileOf(id), { force: true });
  }

  /** What is kept; empty when the folder is not there. */
  async kept(): Promise<{ id: string; report: FactsReport }[]> {
    const names = (await ifThere(readdir(this.folder))) ?? [];
    const ids = names.filter((name) => /^[0-9a-f-]{36}\.json$/.test(name)).map((name) => name.slice(0, -'.json'.length));
    const kept: { id: string; report: FactsReport }[] = [];
    for (const id of ids) {
      const report = parseWhole(await ifThere(readFile(this.fileOf(id), 'utf8')));
      if (report !== null) kept.push({ id, report });
      else await this.forgetHalfWritten(id);
    }
    return kept;
  }

  /** Half a report is no fact: its writer died over it, or a process that shares the folder is still at it. */
  private async forgetHalfWritten(id: string): Promise<void> {
    const written = await ifThere(stat(this.fileOf(id)));
    if (written !== null && Date.now() - written.mtimeMs > WRITING_MS) await this.forget(id);
  }

  private fileOf(id: string): string {
    return path.join(this.folder, `${id}.json`);
  }
}

/** The report, `null` when there is none or only its beginning: JSON of an object is whole when it parses. */
function parseWhole(content: string | null): FactsReport | null {
  if (content === null) return null;
  try {
    return JSON.parse(content) as FactsReport;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** `null` when the file is not there: another process that shares the folder may have recorded it meanwhile. */
async function ifThere<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
