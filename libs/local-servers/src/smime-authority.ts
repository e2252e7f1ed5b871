// A small S/MIME certificate authority (root, issuing, signer) for tests and for a development machine. Never for real e-mail, because its
// keys are stored in the clear.
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import forge from 'node-forge';
import { signerBy } from './rsa-keys.js';

/** What may be kept of the authority, as plain PEM. Receivers trust `rootPem`. */
export type SmimeAuthority = { rootPem: string; issuerPem: string; issuerKeyPem: string };

export type Validity = { validFrom: Date; validTo: Date };

export type SignerRequest = Validity & {
  /** Addresses for the SAN (rfc822Name). */
  addresses: string[];
  name: string;
  keyPem: string;
  /** Replaces the usages of an S/MIME signer; for tests of unfit certificates. */
  keyUsage?: Record<string, boolean>;
  extendedKeyUsage?: Record<string, boolean> | null;
};

/** Creates a root and an issuing authority below it. Keys are PEM; see `newRsaKeyPem`. */
export function createSmimeAuthority(
  request: Validity & { organization: string; rootKeyPem: string; issuerKeyPem: string },
): SmimeAuthority {
  const { organization, rootKeyPem, issuerKeyPem, ...validity } = request;
  const rootName = distinguishedName(`${organization} Root CA`, organization);
  const issuerName = distinguishedName(`${organization} Issuing CA`, organization);
  const authority = [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ];
  const certifyAuthority = (subject: forge.pki.CertificateField[], keyPem: string): string =>
    certify({ subject, keyPem, issuer: rootName, issuerKeyPem: rootKeyPem, extensions: authority, ...validity });
  const [rootPem, issuerPem] = [certifyAuthority(rootName, rootKeyPem), certifyAuthority(issuerName, issuerKeyPem)];
  return { rootPem, issuerPem, issuerKeyPem };
}

/** Returns the signer's certificate as PEM, issued by the issuing authority. */
export function issueSigner(authority: SmimeAuthority, request: SignerRequest): string {
  const keyUsage = request.keyUsage ?? { digitalSignature: true, nonRepudiation: true };
  const extendedKeyUsage = request.extendedKeyUsage === undefined ? { emailProtection: true } : request.extendedKeyUsage;
  const names = request.addresses.map((value) => ({ type: RFC822_NAME, value }));
  return certify({
    subject: [attributeOf('CN', request.name)],
    keyPem: request.keyPem,
    issuer: forge.pki.certificateFromPem(authority.issuerPem).subject.attributes,
    issuerKeyPem: authority.issuerKeyPem,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', critical: true, ...keyUsage },
      ...(extendedKeyUsage === null ? [] : [{ name: 'extKeyUsage', ...extendedKeyUsage }]),
      ...(names.length === 0 ? [] : [{ name: 'subjectAltName', altNames: names }]),
    ],
    validFrom: request.validFrom,
    validTo: request.validTo,
  });
}

/** Returns the key, its certificate and the chain as PKCS#12 that forge, openssl and gpgsm read. */
export function packPkcs12(keyPem: string, certificatePems: string[], passphrase: string): Buffer {
  const certificates = certificatePems.map((pem) => forge.pki.certificateFromPem(pem));
  const packed = forge.pkcs12.toPkcs12Asn1(forgeKey(keyPem), certificates, passphrase, {
    algorithm: 'aes256',
    // A low iteration count, because forge derives the key in JavaScript. A high one would keep out nobody who has the passphrase of a
    // test.
    count: 256,
  });
  return Buffer.from(forge.asn1.toDer(packed).getBytes(), 'latin1');
}

// RFC 5280 4.2.1.6: rfc822Name is [1] of GeneralName.
const RFC822_NAME = 1;

type Certification = Validity & {
  subject: forge.pki.CertificateField[];
  keyPem: string;
  issuer: forge.pki.CertificateField[];
  issuerKeyPem: string;
  extensions: { name: string; [field: string]: unknown }[];
};

function certify({ subject, keyPem, issuer, issuerKeyPem, extensions, validFrom, validTo }: Certification): string {
  const certificate = forge.pki.createCertificate();
  const publicPem = createPublicKey(createPrivateKey(keyPem)).export({ type: 'spki', format: 'pem' }).toString();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicPem);
  // The leading 01 keeps the number positive and of minimal length, as DER wants it.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = validFrom;
  certificate.validity.notAfter = validTo;
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  certificate.setExtensions([...extensions, { name: 'subjectKeyIdentifier' }]);
  certificate.sign(signerBy(issuerKeyPem), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

function forgeKey(pem: string): forge.pki.rsa.PrivateKey {
  return forge.pki.privateKeyFromPem(createPrivateKey(pem).export({ type: 'pkcs1', format: 'pem' }).toString());
}

function distinguishedName(commonName: string, organization: string): forge.pki.CertificateField[] {
  return [attributeOf('CN', commonName), attributeOf('O', organization)];
}

// As UTF8String (RFC 5280 4.1.2.4); forge's default can't hold an umlaut. Its types name the wrong enumeration here.
function attributeOf(shortName: string, value: string): forge.pki.CertificateField {
  return { shortName, value, valueTagClass: forge.asn1.Type.UTF8 as unknown as forge.asn1.Class };
}
