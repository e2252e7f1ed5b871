// Results that PostgreSQL could not take yet, one file each, fsynced: a restart must not forget that a server said yes.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { type TryReport } from './tries.store.js';

/** The part of a report that is a fact; what follows from it is decided when it is recorded. */
export type JournalReport = Pick<TryReport, 'deliveryId' | 'attemptId' | 'route' | 'results'>;

@Injectable()
export class ResultJournal {
  private readonly folder: string;

  constructor(@Inject(DISPATCHER_ENV) env: DispatcherEnv) {
    this.folder = path.resolve(env.RESULT_JOURNAL_DIR);
  }

  /** Keeps a report; durable once it resolves. Returns its id. */
  async keep({ deliveryId, attemptId, route, results }: JournalReport): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    const temporary = path.join(this.folder, `.${id}`);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ deliveryId, attemptId, route, results } satisfies JournalReport));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, this.fileOf(id));
    const folder = await open(this.folder, 'r');
    await folder.sync().finally(() => folder.close());
    return id;
  }

  async forget(id: string): Promise<void> {
    await rm(this.fileOf(id), { force: true });
  }

  /** What is kept; empty when the folder is not there. */
  async kept(): Promise<{ id: string; report: JournalReport }[]> {
    const names = (await ifThere(readdir(this.folder))) ?? [];
    const ids = names.filter((name) => /^[0-9a-f-]{36}\.json$/.test(name)).map((name) => name.slice(0, -'.json'.length));
    const kept: { id: string; report: JournalReport }[] = [];
    for (const id of ids) {
      const content = await ifThere(readFile(this.fileOf(id), 'utf8'));
      if (content !== null) kept.push({ id, report: JSON.parse(content) as JournalReport });
    }
    return kept;
  }

  private fileOf(id: string): string {
    return path.join(this.folder, `${id}.json`);
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
