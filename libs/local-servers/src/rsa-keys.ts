// Creates RSA keys, and signs with them, by OpenSSL. forge, which makes certificates, does both in JavaScript and takes a hundred times as
// long.
import { constants, createPrivateKey, generateKeyPairSync, privateEncrypt } from 'node:crypto';
import type forge from 'node-forge';

/** Returns a new RSA key as PKCS#8 PEM. */
export function newRsaKeyPem(bits = 2048): string {
  return generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

// RFC 8017 9.2, note 1: DigestInfo of SHA-256 up to the hash.
const SHA256_DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** Returns what forge's `certificate.sign` takes for a key, with SHA-256. It signs by OpenSSL, in a millisecond. */
export function signerBy(keyPem: string): forge.pki.rsa.PrivateKey {
  const key = createPrivateKey(keyPem);
  const sign = (hash: forge.md.MessageDigest): string => {
    const digest = Buffer.from(hash.digest().getBytes(), 'latin1');
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([SHA256_DIGEST_INFO, digest])).toString('latin1');
  };
  return { sign } as unknown as forge.pki.rsa.PrivateKey;
}
