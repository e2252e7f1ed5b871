// Builds a detached CMS SignedData (RFC 5652) with the attributes of RFC 8551, element by element. This file is the reference for what a
// signature consists of; detached-signature.ts only replaces what differs from message to message.
import forge from 'node-forge';
import { readCertificateFields } from './certificate-fields.js';
import { asForgeElement, toDer } from './der.js';
import { type SigningIdentity } from './signing-identity.js';

const { Class, Type } = forge.asn1;
type Asn1 = forge.asn1.Asn1;

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  smimeCapabilities: '1.2.840.113549.1.9.15',
  sha256: '2.16.840.1.101.3.4.2.1',
  rsaEncryption: '1.2.840.113549.1.1.1',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  aes192Cbc: '2.16.840.1.101.3.4.1.22',
  aes128Cbc: '2.16.840.1.101.3.4.1.2',
};

// What a reply may be encrypted with, best first (RFC 8551 2.5.2 and 2.7).
const CAPABILITIES = [OID.aes256Cbc, OID.aes192Cbc, OID.aes128Cbc];

// RFC 5652 11.3: UTCTime through 2049, GeneralizedTime from 2050 on.
const FIRST_GENERALIZED_YEAR = 2050;

/** Returns the signed attributes, in DER order. `signingTime` is precise to the second. */
export function signedAttributes(digestSha256: Uint8Array, signingTime: Date): Asn1[] {
  return inDerOrder([
    attribute(OID.contentType, oid(OID.data)),
    attribute(OID.signingTime, time(signingTime)),
    attribute(OID.messageDigest, octets(digestSha256)),
    attribute(OID.smimeCapabilities, sequence(CAPABILITIES.map((capability) => sequence([oid(capability)])))),
  ]);
}

/** The attributes as the RSA signature covers them: with the tag of SET (RFC 5652 5.4). */
export function attributesToSign(attributes: Asn1[]): Buffer {
  return toDer(set(attributes));
}

/** Returns the DER of the whole SignedData, in which the attributes have the tag [0] in place of SET. Its last bytes are the signature. */
export function signedData(identity: SigningIdentity, attributes: Asn1[], signature: Uint8Array): Buffer {
  const { issuer, serialNumber } = readCertificateFields(identity.certificateDer);
  const certificates = [identity.certificateDer, ...identity.chainDer].map(asForgeElement);
  const signerInfo = sequence([
    integer(1),
    sequence([asForgeElement(issuer), asForgeElement(serialNumber)]),
    sequence([oid(OID.sha256)]),
    tagged(0, attributes),
    sequence([oid(OID.rsaEncryption), forge.asn1.create(Class.UNIVERSAL, Type.NULL, false, '')]),
    octets(signature),
  ]);
  const content = sequence([
    integer(1),
    // RFC 5754 2: SHA-256 is written without parameters.
    set([sequence([oid(OID.sha256)])]),
    sequence([oid(OID.data)]),
    tagged(0, inDerOrder(certificates)),
    set([signerInfo]),
  ]);
  return toDer(sequence([oid(OID.signedData), tagged(0, [content])]));
}

// X.690 11.6: the elements of a SET OF are ordered by their encodings. Bouncy Castle takes a signature in another order for a forgery.
function inDerOrder(elements: Asn1[]): Asn1[] {
  return elements
    .map((element) => ({ element, der: toDer(element) }))
    .sort((a, b) => Buffer.compare(a.der, b.der))
    .map(({ element }) => element);
}

function attribute(type: string, value: Asn1): Asn1 {
  return sequence([oid(type), set([value])]);
}

/** Returns the text of a signing time, precise to the second. */
export function signingTimeText(date: Date): string {
  return date.getUTCFullYear() < FIRST_GENERALIZED_YEAR ? forge.asn1.dateToUtcTime(date) : forge.asn1.dateToGeneralizedTime(date);
}

function time(date: Date): Asn1 {
  const type = date.getUTCFullYear() < FIRST_GENERALIZED_YEAR ? Type.UTCTIME : Type.GENERALIZEDTIME;
  return forge.asn1.create(Class.UNIVERSAL, type, false, signingTimeText(date));
}

function sequence(elements: Asn1[]): Asn1 {
  return forge.asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, elements);
}

function set(elements: Asn1[]): Asn1 {
  return forge.asn1.create(Class.UNIVERSAL, Type.SET, true, elements);
}

function tagged(tag: number, elements: Asn1[]): Asn1 {
  return forge.asn1.create(Class.CONTEXT_SPECIFIC, tag, true, elements);
}

function oid(dotted: string): Asn1 {
  return forge.asn1.create(Class.UNIVERSAL, Type.OID, false, forge.asn1.oidToDer(dotted).getBytes());
}

function octets(bytes: Uint8Array): Asn1 {
  return forge.asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, Buffer.from(bytes).toString('latin1'));
}

function integer(value: number): Asn1 {
  return forge.asn1.create(Class.UNIVERSAL, Type.INTEGER, false, String.fromCharCode(value));
}
