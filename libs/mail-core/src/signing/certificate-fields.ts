// Reads what an S/MIME signer needs to know about its certificate and node:crypto does not tell: raw issuer and serial number, addresses,
// key usage.
import { type X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import { type DerElement, readDer } from './der.js';

/** The parts of a certificate (RFC 5280 4.1) that signing and checking look at. */
export type CertificateFields = {
  /** Issuer and serial number are whole elements, as the issuer encoded them. */
  issuer: Uint8Array;
  serialNumber: Uint8Array;
  /** rfc822Name entries of the SAN and emailAddress attributes of the subject, as written. */
  addresses: string[];
  /** Whether key usage allows signatures; true if the extension is absent. */
  maySign: boolean;
  /** Object identifiers of the extended key usage; `null` if the extension is absent, which allows every use. */
  extendedKeyUsage: string[] | null;
};

const OID = { emailAddress: '1.2.840.113549.1.9.1', keyUsage: '2.5.29.15', subjectAltName: '2.5.29.17', extendedKeyUsage: '2.5.29.37' };
// Context tags of RFC 5280: version is [0], extensions are [3] of the certificate, rfc822Name is [1] of a general name.
const TAG = { version: 0xa0, extensions: 0xa3, rfc822Name: 0x81 };
// digitalSignature is the first, nonRepudiation the second bit from the left (RFC 5280 4.2.1.3); RFC 8550 4.4.2 takes either.
const SIGNING_BITS = 0xc0;

/** Reads the fields; throws if the bytes are not a certificate. */
export function readCertificateFields(certificateDer: Uint8Array): CertificateFields {
  const [certificate] = readDer(certificateDer);
  const [signedPart] = readDer(required(certificate).contents);
  const parts = readDer(required(signedPart).contents).filter((part, index) => index > 0 || part.tag !== TAG.version);
  const [serialNumber, , issuer, , subject] = parts;
  const extensions = readExtensions(parts.find((part) => part.tag === TAG.extensions));
  const keyUsage = extensions.get(OID.keyUsage);
  const extendedKeyUsage = extensions.get(OID.extendedKeyUsage);
  return {
    issuer: required(issuer).bytes,
    serialNumber: required(serialNumber).bytes,
    addresses: [...rfc822Names(extensions.get(OID.subjectAltName)), ...emailAttributes(required(subject))],
    // A BIT STRING's first byte counts its unused bits.
    maySign: keyUsage === undefined || ((keyUsage.contents[1] ?? 0) & SIGNING_BITS) !== 0,
    extendedKeyUsage: extendedKeyUsage === undefined ? null : readDer(extendedKeyUsage.contents).map(objectIdentifier),
  };
}

/** Whether `issuer` has signed `certificate`: by name and by signature. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function readExtensions(wrapper: DerElement | undefined): Map<string, DerElement> {
  if (wrapper === undefined) return new Map();
  return new Map(
    readDer(required(readDer(wrapper.contents)[0]).contents).map((extension) => {
      const parts = readDer(extension.contents);
      // The value is the last part: `critical` stands before it or is left out.
      return [objectIdentifier(required(parts[0])), required(readDer(required(parts.at(-1)).contents)[0])];
    }),
  );
}

function rfc822Names(subjectAltName: DerElement | undefined): string[] {
  if (subjectAltName === undefined) return [];
  return readDer(subjectAltName.contents)
    .filter(({ tag }) => tag === TAG.rfc822Name)
    .map(({ contents }) => Buffer.from(contents).toString('latin1'));
}

function emailAttributes(subject: DerElement): string[] {
  const attributes = readDer(subject.contents).flatMap((relativeName) => readDer(relativeName.contents));
  return attributes
    .map((attribute) => readDer(attribute.contents))
    .filter(([type]) => objectIdentifier(required(type)) === OID.emailAddress)
    .map(([, value]) => Buffer.from(required(value).contents).toString('latin1'));
}

function objectIdentifier(element: DerElement): string {
  return forge.asn1.derToOid(Buffer.from(element.contents).toString('latin1'));
}

function required(element: DerElement | undefined): DerElement {
  if (element === undefined) throw new RangeError('not a certificate: a part is missing');
  return element;
}
