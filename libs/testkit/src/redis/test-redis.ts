// A private redis-server for each spec file, which a test can stop, empty and freeze.
import { mkdir, rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { newScratchFolder } from '../processes/scratch-folder.js';
import { type ServerProcess, startRedisServer } from '@billing-mail/local-servers';

/** A Redis server that nobody else uses, with an append-only file. */
export type TestRedis = {
  /** Stays the same after `halt` and `start`. */
  url: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
  /** Stops the server and keeps its data and port. `SIGKILL` is a crash. */
  halt(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts the server again: after `halt` with its data, after `stop` without. */
  start(): Promise<void>;
  /** FLUSHALL. */
  flush(): Promise<void>;
  /** Until `thaw` the server accepts connections but answers nothing (SIGSTOP). */
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
