import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { ServerStartError, type ServerProcess } from './server-process.js';

/**
 * Below the ports that systems give to outgoing connections (Linux: from 32768, others: from 49152). Any program may get one of those at
 * any moment, even between the answer and the start of the server that asked.
 */
const FIRST = 10_240;
const COUNT = 19_760;

// Each process begins at a random port, so that it meets few that others have.
let next = randomInt(COUNT);

/** The TCP ports that this process has found, each kept by a UDP socket of the same number until the process ends. */
const kept = new Set<number>();

/**
 * Returns a TCP port on 127.0.0.1 that nobody listened on a moment ago: `wanted` if it is free, otherwise another one, and never the same
 * one twice. The server that is started on it may need seconds until it listens, so until this process ends no other process gets the port
 * from this function. A program that does not ask here may still take it; the caller then tries another one.
 */
export async function findFreePort(wanted = 0): Promise<number> {
  if (wanted !== 0 && (await isFree(wanted)) && (await keep(wanted))) return wanted;
  for (let tried = 0; tried < COUNT; tried += 1) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if ((await isFree(port)) && (await keep(port))) return port;
  }
  throw new Error(`No port is free between ${FIRST} and ${FIRST + COUNT - 1}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Keeps a port for this process. Returns false if another process has it. */
function keep(port: number): Promise<boolean> {
  if (kept.has(port)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const mark = createSocket('udp4').unref();
    mark.once('error', () => {
      mark.close();
      resolve(false);
    });
    mark.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      kept.add(port);
      resolve(true);
    });
  });
}

/** Starts a server on `wanted` if that port is free, otherwise on another one. Resolves once it is ready. */
export async function startOnFreePort(
  wanted: number,
  start: (port: number) => Promise<ServerProcess>,
): Promise<{ port: number; process: ServerProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort(wanted);
    try {
      return { port, process: await start(port) };
    } catch (error) {
      // Somebody else may have taken the port between our check and the start of the server.
      const isPortTaken = error instanceof ServerStartError && /Address already in use/.test(error.output);
      if (!isPortTaken || attempt === 5) throw error;
    }
  }
}
