// RSA keys for tests. They are kept on disk, because making one would take each spec file 100 to 400 ms.
import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newRsaKeyPem } from '@billing-mail/local-servers';
import { scratchRoot } from '../processes/scratch-folder.js';

/**
 * Returns a key that passes for an RSA key of that length but consists of numbers that are not prime, because making a real one of 16,384
 * bits takes minutes. Its signatures are not valid.
 */
export function seemingRsaKeyPem(bits: number): string {
  const odd = (size: number): bigint => BigInt(`0x${randomBytes(size / 8).toString('hex')}`) | (1n << BigInt(size - 1)) | 1n;
  const encoded = (value: bigint): string => Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex').toString('base64url');
  const [p, q, small] = [odd(bits / 2), odd(bits / 2), odd(bits / 4)];
  const [factor, rest] = [encoded(small), { d: encoded(odd(bits / 2)), p: encoded(p), q: encoded(q) }];
  const key = { kty: 'RSA', n: encoded(p * q), e: 'AQAB', ...rest, dp: factor, dq: factor, qi: factor };
  return createPrivateKey({ key, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString();
}

const read = new Map<string, string>();

/** Returns the key of `owner`, which is the same for all spec files on a machine: no test needs a new one. */
export function keptRsaKeyPem(owner: string): string {
  const key = read.get(owner) ?? readKey(join(scratchRoot(), `rsa-key-${owner}.pem`));
  read.set(owner, key);
  return key;
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = newRsaKeyPem();
  // Other processes may make it at the same time. It is renamed so that every reader finds a complete file.
  const fresh = `${file}-${process.pid}`;
  writeFileSync(fresh, key, { mode: 0o600 });
  renameSync(fresh, file);
  return key;
}
