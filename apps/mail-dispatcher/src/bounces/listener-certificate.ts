// A self-signed certificate for STARTTLS if none is configured: most servers encrypt if they can and do not check names (opportunistic
// security, RFC 7435).
import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

const VALID_MS = 365 * 24 * 60 * 60 * 1000;

/** Makes a key and a certificate, once at each start. The certificate does not prove who we are, but it prevents passive eavesdropping. */
export function selfMadeCertificate(name: string): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() - 60_000);
  certificate.validity.notAfter = new Date(Date.now() + VALID_MS);
  const subject = [{ name: 'commonName', value: name }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return { key: privateKey, cert: forge.pki.certificateToPem(certificate) };
}
