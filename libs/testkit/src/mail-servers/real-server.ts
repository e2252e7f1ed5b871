// What Postfix and Exim have in common: private instances on loopback that deliver all mail to a server of the test.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerCommand, type ServerProcess } from '@billing-mail/local-servers';
import { NotPossibleHereError } from '../not-possible-here.js';
import { startServerProcess } from '../processes/server-process.js';
import { tlsCertificates } from '../smtp/tls-certificates.js';

export type Ports = {
  /** Where it accepts mail. */
  port: number;
  /** Where it delivers mail to. */
  behind: number;
};

/** A real mail server that is running. `stop` ends it and removes its folder. */
export type RealServer = { stop(): Promise<void> };

/** Throws `NotPossibleHereError` unless we are root: both servers change to users of their own and read files of the system. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new NotPossibleHereError('needs root, for a mail server with users of its own');
}

/** Makes a folder that the server's own user may enter. */
export function makeFolder(name: string, within = tmpdir()): string {
  const folder = mkdtempSync(join(within, `${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

/** Writes the key and the certificate that all test servers use to files. */
export function writeCertificate(folder: string): { keyFile: string; certificateFile: string } {
  const certificates = tlsCertificates();
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  writeFileSync(keyFile, certificates.keyPem, { mode: 0o644 });
  writeFileSync(certificateFile, certificates.chainOf('good'), { mode: 0o644 });
  return { keyFile, certificateFile };
}

/** Starts the server and waits until it accepts connections at its port. */
export async function run(folder: string, port: number, command: Pick<ServerCommand, 'command' | 'args'>): Promise<RealServer> {
  const server: ServerProcess = await startServerProcess({
    ...command,
    ready: () => isListening(port),
    readyWithinMs: 120_000,
    deathSignal: 'TERM',
  });
  return {
    async stop() {
      await server.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Tries to connect, without any SMTP. A server that limits connections counts it, which only lowers the limit of the first second. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (is: boolean): void => (socket.destroy(), resolve(is));
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
