// The key and certificates that sign for the platform, read from a PKCS#12 file (RFC 7292).
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import { isIssuedBy, readCertificateFields } from './certificate-fields.js';
import { toDer } from './der.js';

/** All that signing needs. Plain data and a KeyObject: it can be posted to a worker thread, which shares the key and copies no secret. */
export type SigningIdentity = {
  privateKey: KeyObject;
  certificateDer: Uint8Array;
  /** Issuers of the certificate, nearest first, without the root: a receiver trusts the root that it has itself and no other. */
  chainDer: Uint8Array[];
  notBefore: Date;
  notAfter: Date;
  /** The e-mail addresses that the certificate stands for, as written in it. */
  addresses: string[];
};

/** A PKCS#12 file that can't be signed with. The message says what is wrong and how to mend it, and holds nothing secret. */
export class SigningIdentityError extends Error {
  override readonly name = 'SigningIdentityError';
}

// RFC 8551 4.3 forbids signing with less than 2048 bits.
const SMALLEST_RSA_BITS = 2048;

/**
 * Reads key, certificate and chain. Only RSA keys are taken: their signatures (PKCS#1 v1.5) are the same each time, which a repeated try
 * relies on; those of ECDSA and RSA-PSS hold a random part.
 * Errors: SigningIdentityError.
 */
export function readPkcs12(bytes: Buffer, passphrase: string): SigningIdentity {
  const { keys, certificates } = openPkcs12(bytes, passphrase);
  const [privateKey] = keys;
  if (privateKey === undefined) {
    throw new SigningIdentityError(
      'The PKCS#12 file holds no private key. Export it again together with its key (openssl pkcs12 -export -inkey …).',
    );
  }
  refuseUnfitKey(privateKey);
  if (certificates.length === 0) {
    throw new SigningIdentityError(
      'The PKCS#12 file holds no certificate. Export it again with the certificate (openssl pkcs12 -export -in …).',
    );
  }
  const signer = certificates.find((certificate) => certificate.checkPrivateKey(privateKey));
  if (signer === undefined) {
    throw new SigningIdentityError(
      'No certificate of the PKCS#12 file belongs to its private key. Export the key with its own certificate.',
    );
  }
  return {
    privateKey,
    certificateDer: signer.raw,
    chainDer: issuersOf(signer, certificates).map(({ raw }) => raw),
    notBefore: new Date(signer.validFrom),
    notAfter: new Date(signer.validTo),
    addresses: readCertificateFields(signer.raw).addresses,
  };
}

function refuseUnfitKey(key: KeyObject): void {
  if (key.asymmetricKeyType !== 'rsa') {
    throw new SigningIdentityError(
      `The private key is of type ${key.asymmetricKeyType}; an RSA key is needed, because a repeated try must have the same signature. Order an RSA certificate.`,
    );
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < SMALLEST_RSA_BITS) {
    throw new SigningIdentityError(
      `The RSA key has ${bits} bits; mail readers refuse less than ${SMALLEST_RSA_BITS}. Order a new certificate.`,
    );
  }
}

function issuersOf(signer: X509Certificate, certificates: readonly X509Certificate[]): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let current = signer;
  for (;;) {
    const issuer = certificates.find((candidate) => candidate !== current && !chain.includes(candidate) && isIssuedBy(current, candidate));
    if (issuer === undefined || isIssuedBy(issuer, issuer)) return chain;
    chain.push(issuer);
    current = issuer;
  }
}

type Pkcs12Content = { keys: KeyObject[]; certificates: X509Certificate[] };

function openPkcs12(bytes: Buffer, passphrase: string): Pkcs12Content {
  let file: forge.pkcs12.Pkcs12Pfx;
  try {
    file = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(bytes.toString('latin1')), passphrase);
  } catch (error) {
    throw new SigningIdentityError(explainUnreadable(bytes, error), { cause: error });
  }
  const bags = file.safeContents.flatMap(({ safeBags }) => safeBags);
  return { keys: bags.flatMap(privateKeyOf), certificates: bags.flatMap(certificateOf) };
}

function explainUnreadable(bytes: Buffer, error: unknown): string {
  if (bytes.subarray(0, 11).toString('latin1') === '-----BEGIN ') {
    return 'The signing file is PEM, not PKCS#12. Convert it: openssl pkcs12 -export -inkey key.pem -in certificate.pem -certfile chain.pem -out signing.p12';
  }
  const reason = error instanceof Error ? error.message : String(error);
  if (/MAC could not be verified|Invalid password|wrong password/i.test(reason)) {
    return 'The passphrase does not open the PKCS#12 file. Check SMIME_P12_PASSPHRASE.';
  }
  return `The signing file can't be read as PKCS#12 (${reason}). Export it again: openssl pkcs12 -export -certpbe AES-256-CBC -keypbe AES-256-CBC -macalg SHA256 …`;
}

// forge reads RSA keys and certificates itself and hands out the ASN.1 of all others.
function privateKeyOf(bag: forge.pkcs12.Bag): KeyObject[] {
  if (bag.type !== forge.pki.oids.pkcs8ShroudedKeyBag && bag.type !== forge.pki.oids.keyBag) return [];
  return bag.key
    ? [createPrivateKey({ key: toDer(forge.pki.privateKeyToAsn1(bag.key)), format: 'der', type: 'pkcs1' })]
    : [createPrivateKey({ key: toDer(bag.asn1), format: 'der', type: 'pkcs8' })];
}

function certificateOf(bag: forge.pkcs12.Bag): X509Certificate[] {
  if (bag.type !== forge.pki.oids.certBag) return [];
  return [new X509Certificate(toDer(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1))];
}
