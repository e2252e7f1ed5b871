// A redis-server of its own for each spec file, which can be taken down, emptied and frozen as the test likes.
import { mkdir, rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { newScratchFolder } from '../processes/scratch-folder.js';
import { type ServerProcess, startRedisServer } from '@billing-mail/local-servers';

/** A Redis that nobody else uses, with append-only file. */
export type TestRedis = {
  /** The same as long as it lives, also across `halt` and `start`. */
  url: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
  /** Takes it down; data and port stay. `SIGKILL` is a crash. */
  halt(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Brings it up again after `halt` with its data, after `stop` without. */
  start(): Promise<void>;
  /** FLUSHALL. */
  flush(): Promise<void>;
  /** It takes connections but answers nothing (SIGSTOP) until `thaw`. */
  freeze(): void;
  thaw(): void;
};

/** Starts a private redis-server on 127.0.0.1. It ends with this process at the latest. */
export async function startTestRedis(): Promise<TestRedis> {
  const folder = await newScratchFolder('redis');
  let port = 0;
  let server: ServerProcess | null = null;
  const start = async (): Promise<void> => {
    if (server?.isRunning()) return;
    await mkdir(folder, { recursive: true });
    const started = await startRedisServer({ dataFolder: folder, port, password: null });
    server = started.process;
    if (port !== 0 && started.port !== port) throw new Error(`Somebody took port ${port} while Redis was down.`);
    port = started.port;
  };
  const halt = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    server?.signal('SIGCONT'); // a frozen process does not hear SIGTERM
    await server?.end(signal);
  };
  await start();
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    start,
    halt,
    stop: async () => {
      await halt('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
    flush: async () => {
      const client = new Redis(url);
      await client.flushall();
      client.disconnect();
    },
    freeze: () => server?.signal('SIGSTOP'),
    thaw: () => server?.signal('SIGCONT'),
  };
}
