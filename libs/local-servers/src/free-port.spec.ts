import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from './free-port.js';

/** The first port that systems give to outgoing connections. */
const FIRST_OF_THE_SYSTEM = 32_768;

describe('a free port', () => {
  const servers: Server[] = [];
  const listenAt = async (port: number): Promise<void> => {
    const server = createServer().listen(port, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
  };
  afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));

  it('is none that the system may give away meanwhile, and another one each time', async () => {
    const ports = await Promise.all(Array.from({ length: 100 }, () => findFreePort()));
    expect(new Set(ports).size).toBe(100);
    expect(Math.max(...ports)).toBeLessThan(FIRST_OF_THE_SYSTEM);
  });

  it('is the wanted one, but not while somebody listens there', async () => {
    const wanted = await findFreePort();
    expect(await findFreePort(wanted)).toBe(wanted);
    await listenAt(wanted);
    expect(await findFreePort(wanted)).not.toBe(wanted);
  });

  it('is none that another process has found and does not listen on yet', async () => {
    const found = await findFreePort();
    const program = `const { findFreePort } = require('./free-port.js');
      findFreePort(${found}).then((port) => { console.log(port); process.exit(); });`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: path.join(__dirname, '..', 'dist') });
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(Number(stdout)).not.toBe(found);
  });

  it('is none of those that somebody listens on', async () => {
    const following = (await findFreePort()) + 1;
    // If another program listens there already, that serves as well.
    await listenAt(following).catch(() => undefined);
    expect(await findFreePort()).not.toBe(following);
  });
});
