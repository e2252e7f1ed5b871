// Verifies signed messages with the programs that mail readers are built on. Each works in a folder of its own and leaves nothing behind.
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run-program.js';
import { splitSignedMessage } from './split-signed-message.js';

/** The verdict of a verifier; `output` is everything that it printed. */
export type Verification = { ok: boolean; output: string };

/**
 * Checks signature, chain, purpose, and that the certificate is for `from`, with OpenSSL (without `-verify_email` a wrong From would pass).
 */
export function verifyWithOpenssl(message: Buffer, { caPem, from }: { caPem: string; from: string }): Promise<Verification> {
  return inFolder(async (folder) => {
    const [mail, ca] = [join(folder, 'message.eml'), join(folder, 'ca.pem')];
    await Promise.all([writeFile(mail, message), writeFile(ca, caPem)]);
    const args = [
      'cms',
      '-verify',
      '-in',
      mail,
      '-CAfile',
      ca,
      '-no-CApath',
      '-purpose',
      'smimesign',
      '-verify_email',
      from,
      '-out',
      '/dev/null',
    ];
    const { exitCode, output } = await runProgram('openssl', args, 'openssl');
    return { ok: exitCode === 0, output };
  });
}

/** Checks signature and chain with GnuPG (gpgsm), which does not look at the From field. */
export function verifyWithGpgsm(message: Buffer, { caPem }: { caPem: string }): Promise<Verification> {
  return inFolder(async (folder) => {
    const { signed, signature } = splitSignedMessage(message);
    const file = (name: string): string => join(folder, name);
    const rootFingerprint = new X509Certificate(caPem).fingerprint;
    await Promise.all([
      writeFile(file('signed.bin'), signed),
      writeFile(file('signature.p7s'), signature),
      writeFile(file('ca.pem'), caPem),
      writeFile(file('trustlist.txt'), `${rootFingerprint} S relax\n`),
      writeFile(file('gpgsm.conf'), 'disable-crl-checks\nno-secmem-warning\n'),
    ]);
    const gpgsm = (...args: string[]) => runProgram('gpgsm', ['--homedir', folder, '--batch', ...args], 'gpgsm');
    try {
      await gpgsm('--import', file('ca.pem'));
      const { exitCode, output } = await gpgsm('--status-fd', '1', '--verify', file('signature.p7s'), file('signed.bin'));
      return { ok: exitCode === 0 && output.includes('[GNUPG:] GOODSIG') && output.includes('[GNUPG:] TRUST_FULLY'), output };
    } finally {
      // gpgsm starts an agent that would outlive this process and keep the folder in use.
      await runProgram('gpgconf', ['--homedir', folder, '--kill', 'all'], 'gpgsm');
    }
  });
}

/**
 * Checks signature and chain with NSS (Thunderbird's library). Its exit code is 0 even for a forgery, so only the printed status counts.
 */
export function verifyWithNss(message: Buffer, { caPem }: { caPem: string }): Promise<Verification> {
  return inFolder(async (folder) => {
    const { signed, signature } = splitSignedMessage(message);
    const file = (name: string): string => join(folder, name);
    await Promise.all([
      writeFile(file('signed.bin'), signed),
      writeFile(file('signature.p7s'), signature),
      writeFile(file('ca.pem'), caPem),
    ]);
    const database = `sql:${folder}`;
    await runProgram('certutil', ['-N', '-d', database, '--empty-password'], 'libnss3-tools');
    await runProgram('certutil', ['-A', '-d', database, '-n', 'root', '-t', 'CT,CT,', '-i', file('ca.pem')], 'libnss3-tools');
    const args = ['-D', '-d', database, '-h', '1', '-n', '-c', file('signed.bin'), '-i', file('signature.p7s')];
    const { output } = await runProgram('cmsutil', args, 'libnss3-tools');
    return { ok: output.includes('signer0.status=GoodSignature'), output };
  });
}

async function inFolder(verify: (folder: string) => Promise<Verification>): Promise<Verification> {
  const folder = await mkdtemp(join(tmpdir(), 'verify-'));
  try {
    return await verify(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
