// Certificates of a test server: a good one, and one for each way to be bad. Each process makes them once.
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import forge from 'node-forge';
import { signerBy } from '@billing-mail/local-servers';
import { keptRsaKeyPem } from '../verifying/rsa-keys.js';

/**
 * `incomplete`: issued by an intermediate authority whose certificate the server does not send. `private_authority`: issued by the
 * authority in `privateCaPem`, which only clients trust that are told to.
 */
export type CertificateKind = 'good' | 'private_authority' | 'wrong_host' | 'expired' | 'not_yet_valid' | 'self_signed' | 'incomplete';

export type TlsCertificates = { caPem: string; privateCaPem: string; keyPem: string; chainOf: (kind: CertificateKind) => string };

const DAY_MS = 24 * 60 * 60 * 1000;
// RFC 5280 4.2.1.6: GeneralName dNSName and iPAddress.
const DNS_NAME = 2;
const IP_ADDRESS = 7;
const OWN_NAMES = [
  { type: DNS_NAME, value: 'localhost' },
  { type: DNS_NAME, value: 'smtp.test' },
  { type: DNS_NAME, value: '*.smtp.test' },
  { type: IP_ADDRESS, ip: '127.0.0.1' },
  { type: IP_ADDRESS, ip: '::1' },
];

let made: TlsCertificates | null = null;

export function tlsCertificates(): TlsCertificates {
  return (made ??= makeCertificates());
}

function makeCertificates(): TlsCertificates {
  // Two keys are enough for all certificates.
  const [caKey, keyPem] = [keptRsaKeyPem('tls-authority'), keptRsaKeyPem('tls-server')];
  const ca = { name: 'Scripted SMTP test CA', key: caKey };
  const caPem = certify({ subject: ca.name, key: caKey, issuer: ca, isCa: true });
  const privateCa = { name: 'Private test CA', key: caKey };
  const privateCaPem = certify({ subject: privateCa.name, key: caKey, issuer: privateCa, isCa: true });
  const leaf = { subject: 'smtp.test', key: keyPem, issuer: ca, names: OWN_NAMES };
  const chains = new Map<CertificateKind, string>([
    ['good', certify(leaf)],
    ['private_authority', certify({ ...leaf, issuer: privateCa })],
    ['wrong_host', certify({ ...leaf, names: [{ type: DNS_NAME, value: 'other.test' }] })],
    ['not_yet_valid', certify({ ...leaf, fromDays: 1, toDays: 30 })],
    ['incomplete', certify({ ...leaf, issuer: { name: 'Scripted SMTP authority in between', key: keyPem } })],
    ['expired', certify({ ...leaf, fromDays: -60, toDays: -30 })],
    ['self_signed', certify({ ...leaf, issuer: { name: 'smtp.test', key: keyPem } })],
  ]);
  return { caPem, privateCaPem, keyPem, chainOf: (kind) => chains.get(kind) ?? '' };
}

type Request = {
  subject: string;
  key: string;
  issuer: { name: string; key: string };
  names?: object[];
  isCa?: boolean;
  fromDays?: number;
  toDays?: number;
};

function certify({ subject, key, issuer, names = [], isCa = false, fromDays = -1, toDays = 30 }: Request): string {
  const certificate = forge.pki.createCertificate();
  const publicPem = createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'pem' }).toString();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicPem);
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() + fromDays * DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + toDays * DAY_MS);
  certificate.setSubject([{ shortName: 'CN', value: subject }]);
  certificate.setIssuer([{ shortName: 'CN', value: issuer.name }]);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: isCa, critical: true },
    isCa ? { name: 'keyUsage', keyCertSign: true, critical: true } : { name: 'extKeyUsage', serverAuth: true },
    ...(names.length > 0 ? [{ name: 'subjectAltName', altNames: names }] : []),
  ]);
  certificate.sign(signerBy(issuer.key), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}
