// Reads the key and the certificates that sign for the platform or for a team from a PKCS#12 file (RFC 7292).
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIssuedBy, readCertificateFields } from './certificate-fields.js';
import { openPkcs12, type Pkcs12Content } from './pkcs12-content.js';
import { type InTurns, Pkcs12CostError } from './pkcs12-secrets.js';

/**
 * Everything that signing needs. It is plain data and a KeyObject, so it can be posted to a worker thread, which shares the key and copies
 * no secret.
 */
export type SigningIdentity = {
  privateKey: KeyObject;
  certificateDer: Uint8Array;
  /** Issuers of the certificate, nearest first, without the root: a receiver trusts only a root that it already has. */
  chainDer: Uint8Array[];
  notBefore: Date;
  notAfter: Date;
  /** The e-mail addresses that the certificate stands for, as written in it. */
  addresses: string[];
};

/** What is wrong with a PKCS#12 file. */
export type SigningFileProblem =
  | 'pem'
  | 'unreadable'
  | 'too_costly'
  | 'passphrase_wrong'
  | 'key_missing'
  | 'certificate_missing'
  | 'key_of_another'
  | 'key_not_rsa'
  | 'key_too_short'
  | 'key_too_long';

/** A PKCS#12 file that can't be signed with. The message says what is wrong and how to mend it, and holds nothing secret. */
export class SigningIdentityError extends Error {
  override readonly name = 'SigningIdentityError';

  constructor(
    readonly problem: SigningFileProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** `hasRoot`: the file leads up to a self-signed authority, which is not in the chain. */
export type Pkcs12Identity = SigningIdentity & { hasRoot: boolean };

// RFC 8551 4.3 forbids signing with less than 2048 bits.
const SMALLEST_RSA_BITS = 2048;
// Each message is signed, on threads that all teams share. A signature takes 5 ms of processor time with 4096 bits, and up to 1.4 s with
// 16,384. No authority asks for more than this.
const LARGEST_RSA_BITS = 8192;

/**
 * Reads key, certificate and chain. Accepts only RSA keys: their signatures (PKCS#1 v1.5) are the same each time, on which a repeated try
 * relies. Signatures of ECDSA and RSA-PSS contain a random part. A file that Firefox wrote takes seconds.
 * @throws SigningIdentityError
 */
export function readPkcs12(bytes: Buffer, passphrase: string): Pkcs12Identity {
  const reading = identityIn(bytes, passphrase);
  for (;;) {
    const step = reading.next();
    if (step.done === true) return step.value;
    step.value?.here();
  }
}

/** Does the same, but lets other work run in between. */
export async function readPkcs12InTurns(bytes: Buffer, passphrase: string): Promise<Pkcs12Identity> {
  const reading = identityIn(bytes, passphrase);
  for (;;) {
    const step = reading.next();
    if (step.done === true) return step.value;
    await (step.value?.apart() ?? new Promise((resolve) => setImmediate(resolve)));
  }
}

function* identityIn(bytes: Buffer, passphrase: string): InTurns<Pkcs12Identity> {
  const { keys, certificates } = yield* contentOf(bytes, passphrase);
  const [firstKey] = keys;
  if (firstKey === undefined) {
    throw new SigningIdentityError(
      'key_missing',
      'The PKCS#12 file holds no private key. Export it again together with its key (openssl pkcs12 -export -inkey …).',
    );
  }
  if (certificates.length === 0) {
    throw new SigningIdentityError(
      'certificate_missing',
      'The PKCS#12 file holds no certificate. Export it again with the certificate (openssl pkcs12 -export -in …).',
    );
  }
  // Somebody who exports everything gets several keys.
  const signerOf = (key: KeyObject) => certificates.find((certificate) => certificate.checkPrivateKey(key));
  const privateKey = keys.find((key) => signerOf(key) !== undefined) ?? firstKey;
  refuseUnfitKey(privateKey);
  const signer = signerOf(privateKey);
  if (signer === undefined) {
    throw new SigningIdentityError(
      'key_of_another',
      'No certificate of the PKCS#12 file belongs to its private key. Export the key with its own certificate.',
    );
  }
  const { chain, hasRoot } = issuersOf(signer, certificates);
  return { ...identityOf(privateKey, signer, chain), hasRoot };
}

/** Returns an identity from parts that were read before. @throws Error if a part is not a certificate */
export const signingIdentity = (privateKey: KeyObject, certificateDer: Uint8Array, chainDer: readonly Uint8Array[]): SigningIdentity =>
  identityOf(
    privateKey,
    new X509Certificate(certificateDer),
    chainDer.map((der) => new X509Certificate(der)),
  );

const identityOf = (privateKey: KeyObject, signer: X509Certificate, chain: readonly X509Certificate[]): SigningIdentity => ({
  privateKey,
  certificateDer: signer.raw,
  chainDer: chain.map(({ raw }) => raw),
  // oxlint-disable-next-line no-restricted-globals -- the dates stand in the certificate
  notBefore: new Date(signer.validFrom),
  // oxlint-disable-next-line no-restricted-globals -- the dates stand in the certificate
  notAfter: new Date(signer.validTo),
  addresses: readCertificateFields(signer.raw).addresses,
});

function refuseUnfitKey(key: KeyObject): void {
  if (key.asymmetricKeyType !== 'rsa') {
    throw new SigningIdentityError(
      'key_not_rsa',
      `The private key is of type ${key.asymmetricKeyType}; an RSA key is needed, because a repeated try must have the same signature. Order an RSA certificate.`,
    );
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < SMALLEST_RSA_BITS) {
    throw new SigningIdentityError(
      'key_too_short',
      `The RSA key has ${bits} bits; mail readers refuse less than ${SMALLEST_RSA_BITS}. Order a new certificate.`,
    );
  }
  if (bits > LARGEST_RSA_BITS) {
    throw new SigningIdentityError(
      'key_too_long',
      `The RSA key has ${bits} bits; with more than ${LARGEST_RSA_BITS} each signature takes too long. Order a certificate of 4096 bits or less.`,
    );
  }
}

function issuersOf(signer: X509Certificate, certificates: readonly X509Certificate[]): { chain: X509Certificate[]; hasRoot: boolean } {
  const chain: X509Certificate[] = [];
  let current = signer;
  for (;;) {
    const issuer = certificates.find((candidate) => candidate !== current && !chain.includes(candidate) && isIssuedBy(current, candidate));
    if (issuer === undefined) return { chain, hasRoot: isIssuedBy(current, current) };
    if (isIssuedBy(issuer, issuer)) return { chain, hasRoot: true };
    chain.push(issuer);
    current = issuer;
  }
}

type Content = { keys: KeyObject[]; certificates: X509Certificate[] };

function* contentOf(bytes: Buffer, passphrase: string): InTurns<Content> {
  let content: Pkcs12Content | null;
  try {
    content = yield* openPkcs12(bytes, passphrase);
    if (content !== null) return { keys: content.keys.map(privateKeyOf), certificates: content.certificates.map(certificateOf) };
  } catch (error) {
    throw unreadable(bytes, error);
  }
  throw new SigningIdentityError(
    'passphrase_wrong',
    'The passphrase does not open the PKCS#12 file. Check its capital letters, umlauts and spaces.',
  );
}

function unreadable(bytes: Buffer, cause: unknown): SigningIdentityError {
  if (bytes.subarray(0, 11).toString('latin1') === '-----BEGIN ') {
    return new SigningIdentityError(
      'pem',
      'The signing file is PEM, not PKCS#12. Convert it: openssl pkcs12 -export -inkey key.pem -in certificate.pem -certfile chain.pem -out signing.p12',
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SigningIdentityError(
    cause instanceof Pkcs12CostError ? 'too_costly' : 'unreadable',
    `The signing file can't be read as PKCS#12 (${reason}). Export it again: openssl pkcs12 -export -certpbe AES-256-CBC -keypbe AES-256-CBC -macalg SHA256 …`,
    { cause },
  );
}

const privateKeyOf = (der: Buffer): KeyObject => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
const certificateOf = (der: Buffer): X509Certificate => new X509Certificate(der);
