// What Postfix and Exim have in common: private instances on loopback that hand on what they take to a server of the test.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerCommand, type ServerProcess } from '@billing-mail/local-servers';
import { NotPossibleHereError } from '../not-possible-here.js';
import { startServerProcess } from '../processes/server-process.js';
import { tlsCertificates } from '../smtp/tls-certificates.js';

export type Ports = {
  /** Where it takes mail. */
  port: number;
  /** Where it hands mail on to. */
  behind: number;
};

/** A real mail server that runs; ends with its folder. */
export type RealServer = { stop(): Promise<void> };

/** Both change to users of their own and look into files of the system. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new NotPossibleHereError('needs root, for a mail server with users of its own');
}

/** A folder that the server's own user may walk through. */
export function makeFolder(name: string, within = tmpdir()): string {
  const folder = mkdtempSync(join(within, `${name}-`));
  chmodSync(folder, 0o755);
  return folder;
}

/** The key and the certificate that all servers of tests show, as files. */
export function writeCertificate(folder: string): { keyFile: string; certificateFile: string } {
  const certificates = tlsCertificates();
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  writeFileSync(keyFile, certificates.keyPem, { mode: 0o644 });
  writeFileSync(certificateFile, certificates.chainOf('good'), { mode: 0o644 });
  return { keyFile, certificateFile };
}

/** Starts it and waits until it greets at its port. */
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

/** Asks without a word of SMTP. A limit of connections counts it, which only makes the limit of the first second narrower. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (is: boolean): void => (socket.destroy(), resolve(is));
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
