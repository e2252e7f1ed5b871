// The signature of an S/MIME message. Of its DER only digest, time and RSA signature differ from message to message, and their sizes do
// not: so it is put together once for an identity, and each message gets a copy with these three exchanged.
import { constants, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { attributesToSign, signedAttributes, signedData, signingTimeText } from './signed-data.js';
import { type SigningIdentity } from './signing-identity.js';

const DIGEST_BYTES = 32;

// The callback form runs on libuv's threads: an RSA-2048 signature takes 0.6 ms, which the event loop does not wait for.
const signInBackground = promisify(sign);

/**
 * DER of a SignedData over content whose SHA-256 is `digestSha256` (32 bytes), without the content. Same arguments, same bytes.
 * `signingTime` goes to the second.
 */
export async function createDetachedSignature(digestSha256: Uint8Array, signingTime: Date, identity: SigningIdentity): Promise<Buffer> {
  if (digestSha256.length !== DIGEST_BYTES) throw new RangeError('a SHA-256 digest has 32 bytes');
  const template = templateFor(identity, signingTime);
  const attributes = Buffer.from(template.attributes);
  attributes.set(digestSha256, template.digestAt);
  attributes.write(signingTimeText(signingTime), template.timeAt, 'latin1');
  const signature = await signInBackground('sha256', attributes, { key: identity.privateKey, padding: constants.RSA_PKCS1_PADDING });
  const der = Buffer.from(template.der);
  attributes.copy(der, template.attributesAt, 1);
  signature.copy(der, der.length - signature.length);
  return der;
}

/** Bytes that `createDetachedSignature` will give, whatever the digest. */
export function detachedSignatureSize(signingTime: Date, identity: SigningIdentity): number {
  return templateFor(identity, signingTime).der.length;
}

/** A signature with placeholders. `attributesAt` is where the attributes stand in `der` from their second byte on: their tag differs there. */
type Template = { der: Buffer; attributesAt: number; attributes: Buffer; digestAt: number; timeAt: number };

/** By the length of the time, which has two forms. */
const templates = new WeakMap<SigningIdentity, Map<number, Template>>();

function templateFor(identity: SigningIdentity, signingTime: Date): Template {
  const forms = templates.get(identity) ?? new Map<number, Template>();
  templates.set(identity, forms);
  const { length } = signingTimeText(signingTime);
  const template = forms.get(length) ?? createTemplate(identity, signingTime);
  forms.set(length, template);
  return template;
}

function createTemplate(identity: SigningIdentity, signingTime: Date): Template {
  // All else in the attributes is constant and holds neither of both, so each is found where it is meant.
  const digest = Buffer.alloc(DIGEST_BYTES, 0xff);
  const elements = signedAttributes(digest, signingTime);
  const attributes = attributesToSign(elements);
  // An RSA signature is as long as the key (RFC 8017 8.2.1).
  const signature = Buffer.alloc(Math.ceil((identity.privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8));
  const der = signedData(identity, elements, signature);
  return {
    der,
    // The last place, because after the attributes nothing but the name of the algorithm and the signature's zeros follow.
    attributesAt: der.lastIndexOf(attributes.subarray(1)),
    attributes,
    digestAt: attributes.indexOf(digest),
    timeAt: attributes.indexOf(signingTimeText(signingTime)),
  };
}
