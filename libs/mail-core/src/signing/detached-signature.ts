// Creates the signature of an S/MIME message. In its DER only the digest, the time and the RSA signature differ from message to message,
// and their sizes stay the same. So the DER is built once for an identity, and each message gets a copy with these three replaced.
import { constants, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { attributesToSign, signedAttributes, signedData, signingTimeText } from './signed-data.js';
import { type SigningIdentity } from './signing-identity.js';

const DIGEST_BYTES = 32;

// The callback form runs on the threads of libuv, so the event loop does not wait for a signature, which takes 0.6 ms with RSA-2048.
const signInBackground = promisify(sign);

/**
 * Resolves to the DER of a SignedData, without the content, over content whose SHA-256 is `digestSha256` (32 bytes). The same arguments
 * give the same bytes. `signingTime` is precise to the second.
 * @throws RangeError if the digest does not have 32 bytes
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

/** Returns how many bytes `createDetachedSignature` will give, whatever the digest. */
export function detachedSignatureSize(signingTime: Date, identity: SigningIdentity): number {
  return templateFor(identity, signingTime).der.length;
}

/**
 * A signature with placeholders. `attributesAt` is the place in `der` of the second byte of the attributes; their first byte, the tag,
 * differs there.
 */
type Template = { der: Buffer; attributesAt: number; attributes: Buffer; digestAt: number; timeAt: number };

/** The templates of an identity, by the length of the signing time, which has two forms. */
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
  // Everything else in the attributes is constant and contains neither the digest nor the time, so each is found in its own place.
  const digest = Buffer.alloc(DIGEST_BYTES, 0xff);
  const elements = signedAttributes(digest, signingTime);
  const attributes = attributesToSign(elements);
  // An RSA signature is as long as the key (RFC 8017 8.2.1).
  const signature = Buffer.alloc(Math.ceil((identity.privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8));
  const der = signedData(identity, elements, signature);
  return {
    der,
    // The last place, because only the name of the algorithm and the zeros of the signature follow the attributes.
    attributesAt: der.lastIndexOf(attributes.subarray(1)),
    attributes,
    digestAt: attributes.indexOf(digest),
    timeAt: attributes.indexOf(signingTimeText(signingTime)),
  };
}
