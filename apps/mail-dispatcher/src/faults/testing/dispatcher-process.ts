// A mail-dispatcher as a process of its own, which a test can kill and freeze, next to the servers of a harness.
import path from 'node:path';
import { findFreePort, type ServerProcess, startServerProcess } from '@billing-mail/testkit';
import { type Harness, PLATFORM_FROM } from '../../testing/dispatcher-harness.js';

// The compiled program, as in production.
const MAIN = path.resolve(__dirname, '..', '..', '..', 'dist', 'main.js');

/** Short leases, so that tests need not wait long until a dead dispatcher's work is taken over. */
export const LEASE_MS = 2000;

export async function startDispatcherProcess(harness: Harness, env: Record<string, string> = {}): Promise<ServerProcess> {
  const port = await findFreePort();
  const { folder, identity, platform, custom } = harness;
  return startServerProcess({
    command: process.execPath,
    args: [MAIN],
    env: {
      PATH: path.dirname(process.execPath),
      DATABASE_URL: harness.database.url,
      DATABASE_CONNECT_TIMEOUT: '2m',
      REDIS_URL: harness.redis.url,
      AUTH_JWT_SECRET: 'a secret of the tests, long enough for HS256',
      SECRET_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
      PLATFORM_SMTP_URL: `smtp://127.0.0.1:${platform.port}`,
      PLATFORM_FROM_ADDRESS: PLATFORM_FROM,
      SMIME_P12_FILE: path.join(folder, 'signer.p12'),
      SMIME_P12_PASSPHRASE: identity.passphrase,
      DOCUMENT_STORE_URL: `file:${path.join(folder, 'documents')}`,
      RESULT_JOURNAL_DIR: path.join(folder, 'journal'),
      RETRY_DELAYS: '150ms,200ms',
      CLAIM_LEASE: `${LEASE_MS}ms`,
      SMTP_ALLOWED_NETWORKS: '127.0.0.0/8',
      SMTP_ALLOWED_PORTS: String(custom.port),
      SMTP_FINAL_REPLY_TIMEOUT: '20s',
      MAIL_DISPATCHER_PORT: String(port),
      LOG_LEVEL: 'info',
      ...env,
    },
    ready: () => isReady(port),
    // Long, because it must only end a process that hangs, however busy the machine is.
    readyWithinMs: 240_000,
    deathSignal: 'KILL',
  });
}

async function isReady(port: number): Promise<boolean> {
  try {
    // A kept connection may lead to another program that had this port before.
    return (await fetch(`http://127.0.0.1:${port}/health/ready`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(2000) }))
      .ok;
  } catch {
    return false; // not listening yet
  }
}
