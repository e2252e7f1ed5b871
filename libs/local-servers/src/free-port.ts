import { createServer } from 'node:net';

/**
 * A TCP port on 127.0.0.1 that nobody listened on a moment ago: `wanted` when it is free, else one chosen by the system.
 * Somebody else may take it before you do; try again with another then.
 */
export async function findFreePort(wanted = 0): Promise<number> {
  const port = await tryToListen(wanted);
  return port ?? (await findFreePort());
}

function tryToListen(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
