import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { type StoredBlob } from '../gathering/document-store.js';
import { type ComposeTask } from './compose-task.js';

// A thread loads compiled JavaScript only; under Jest this file runs from src.
const WORKER_FILE = path.join(__dirname, 'compose.worker.js').replace(`${path.sep}src${path.sep}`, `${path.sep}dist${path.sep}`);
const IDLE_MS = 60_000;

/** Composes messages in threads. */
@Injectable()
export class Composer implements OnApplicationShutdown {
  private readonly threads = new Piscina({
    filename: WORKER_FILE,
    name: 'compose',
    minThreads: 0,
    maxThreads: availableParallelism(),
    idleTimeout: IDLE_MS,
  });

  constructor(@Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv) {}

  compose(task: Omit<ComposeTask, 'documentStoreUrl'>): Promise<StoredBlob> {
    return this.threads.run({ ...task, documentStoreUrl: this.env.DOCUMENT_STORE_URL } satisfies ComposeTask, {
      name: 'compose',
    }) as Promise<StoredBlob>;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.threads.destroy();
  }
}
