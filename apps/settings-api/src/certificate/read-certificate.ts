// Reads and checks a certificate that a team wants to sign with. Errors name what receivers would object to, and how to correct it.
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { type CertificateInput, type CertificateView, type FieldError, type ShownCertificate } from '@billing-mail/contracts';
import {
  checkSigningIdentity,
  type Pkcs12Identity,
  readPkcs12InTurns,
  SigningIdentityError,
  type SigningFileProblem,
  type SigningIdentityProblem,
} from '@billing-mail/mail-core';
import { type CredentialBox, type SealContext } from '@billing-mail/platform';

export type ReadCertificate = { identity: Pkcs12Identity; view: CertificateView } | { errors: FieldError[] };

const FILE_MESSAGES: Record<SigningFileProblem, string> = {
  pem: 'is PEM; export certificate and key together as PKCS#12 (.p12 or .pfx)',
  unreadable: 'is no PKCS#12 file, or a damaged one; export the certificate with its key as .p12 or .pfx once more',
  too_costly: 'asks for too many rounds of its passphrase; export it again with the program it comes from',
  passphrase_wrong: 'does not open the file; look at capital letters, umlauts and spaces',
  key_missing: 'has no private key; export the certificate again together with its private key',
  certificate_missing: 'has no certificate; export the key again together with its certificate',
  key_of_another: 'has a key and a certificate that do not belong together; export the key with its own certificate',
  key_not_rsa: 'has a key that is not RSA; order an RSA certificate of 2048 bits or more',
  key_too_short: 'has an RSA key of less than 2048 bits, which mail programs refuse; order a new certificate',
  key_too_long: 'has an RSA key of more than 8192 bits, which takes too long to sign with; order a certificate of 4096 bits or less',
};
const INCOMPLETE = 'lacks the certificates of its issuers; export it again with all certificates of the path';

/** Reads the file and checks its certificate. @param fromAddress the sender address that the certificate is to sign for */
export async function readCertificate(input: CertificateInput, fromAddress: string, now: Date): Promise<ReadCertificate> {
  const read = await readFile(input, '');
  if ('errors' in read) return read;
  const { identity } = read;
  const view = viewOf(identity);
  const objections = checkSigningIdentity(identity, { fromAddress, now })
    .filter(({ fatal }) => fatal)
    .map(({ code }) => wordsFor(code, view, fromAddress));
  if (!isChainComplete(identity)) objections.push(INCOMPLETE);
  return objections.length > 0 ? { errors: objections.map((message) => ({ pointer: '/file', message })) } : { identity, view };
}

/** Reads one file at a time: a slow one must not occupy all threads of libuv's pool, which also serves DNS and files. */
let before: Promise<unknown> = Promise.resolve();

function inItsTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = before.then(work);
  before = done.catch(() => undefined);
  return done;
}

/** Opens a PKCS#12 file. @param at JSON pointer of the object that has `file` and `passphrase` */
export async function readFile(
  { file, passphrase }: CertificateInput,
  at: string,
): Promise<{ identity: Pkcs12Identity } | { errors: FieldError[] }> {
  try {
    return { identity: await inItsTurn(() => readPkcs12InTurns(Buffer.from(file, 'base64'), passphrase)) };
  } catch (error) {
    if (!(error instanceof SigningIdentityError)) throw error;
    const field = error.problem === 'passphrase_wrong' ? 'passphrase' : 'file';
    return { errors: [{ pointer: `${at}/${field}`, message: FILE_MESSAGES[error.problem] }] };
  }
}

/** Returns the certificate as it is stored: the parts that are shown, its chain, and the sealed private key. */
export function sealedParts({ privateKey, certificateDer, chainDer }: Pkcs12Identity, box: CredentialBox, context: SealContext) {
  const key = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  return {
    ...shownOf(new X509Certificate(certificateDer)),
    chain: [certificateDer, ...chainDer].map((der) => Buffer.from(der).toString('base64')),
    keySealed: box.seal(key, context),
  };
}

function wordsFor(code: SigningIdentityProblem['code'], { addresses, validFrom, validTo }: CertificateView, fromAddress: string): string {
  switch (code) {
    case 'expired':
    case 'expires_soon':
      return `expired on ${validTo.slice(0, 10)}; order a new certificate`;
    case 'not_yet_valid':
      return `is valid only from ${validFrom.slice(0, 10)} on; set it then`;
    case 'address_missing':
      return addresses.length === 0
        ? `names no e-mail address; order one for ${fromAddress}`
        : `is for ${addresses.join(', ')} and not for the sender ${fromAddress}; order one for that address, or change the sender`;
    case 'key_usage_wrong':
      return 'is not meant for signatures (key usage); order one for S/MIME signing';
    case 'extended_key_usage_wrong':
      return 'is not meant for e-mail (extended key usage); order one for S/MIME signing';
  }
}

const viewOf = ({ certificateDer, addresses }: Pkcs12Identity): CertificateView => ({
  ...shownOf(new X509Certificate(certificateDer)),
  addresses: [...new Set(addresses.map(inOneLine))],
});

export const shownOf = ({ subject, issuer, fingerprint256, validFrom, validTo }: X509Certificate): ShownCertificate => ({
  subject: inOneLine(subject ?? ''),
  issuer: inOneLine(issuer ?? ''),
  fingerprint: fingerprint256,
  validFrom: new Date(validFrom).toISOString(),
  validTo: new Date(validTo).toISOString(),
});

const MOST_CHARACTERS = 500;
// The issuer chooses the text in a certificate, so it is not trusted.
const inOneLine = (text: string): string =>
  text
    .trim()
    .replace(/\s*\n\s*/g, ', ')
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .slice(0, MOST_CHARACTERS);

/**
 * Whether all intermediate certificates are there: receivers only have the roots, so each message must contain the others. The file of a
 * private authority must contain its root as well.
 */
function isChainComplete({ hasRoot, certificateDer, chainDer }: Pkcs12Identity): boolean {
  if (hasRoot) return true;
  const last = new X509Certificate(chainDer.at(-1) ?? certificateDer);
  return rootCertificates.some((pem) => {
    const root = new X509Certificate(pem);
    // Checks the signature as well, because anybody can write the name of a public authority into a certificate.
    return last.checkIssued(root) && last.verify(root.publicKey);
  });
}
