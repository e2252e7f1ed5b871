import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (Linux: from 32768, others: from 49152): any program may get one of those at any moment,
 * also between the answer and the start of whoever asked.
 */
const FIRST = 10_240;
const COUNT = 19_760;

// Each process goes its own way through them, so that two that ask at the same time hardly ever get the same one.
let next = randomInt(COUNT);

/**
 * A TCP port on 127.0.0.1 that nobody listened on a moment ago: `wanted` when it is free, else another one, and never the same twice.
 * Somebody else may take it before you do; try again with another then.
 */
export async function findFreePort(wanted = 0): Promise<number> {
  if (wanted !== 0 && (await isFree(wanted))) return wanted;
  for (let tried = 0; tried < COUNT; tried += 1) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
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
