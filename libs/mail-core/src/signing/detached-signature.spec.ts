import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { createDetachedSignature, detachedSignatureSize } from './detached-signature.js';
import { attributesToSign, signedAttributes, signedData } from './signed-data.js';
import { readPkcs12, type SigningIdentity } from './signing-identity.js';

// Made for tests and known to everybody: it must never sign mail.
const sample = readPkcs12(readFileSync(path.join(__dirname, 'samples', 'identity.p12')), 'pässphrase "of" tests');

const keys = new Map<number, KeyObject>();
function keyOf(bits: number): KeyObject {
  const key = keys.get(bits) ?? generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
  keys.set(bits, key);
  return key;
}

/** Builds a signature element by element, without a template. */
function putTogether(digest: Uint8Array, signingTime: Date, identity: SigningIdentity): Buffer {
  const attributes = signedAttributes(digest, signingTime);
  return signedData(identity, attributes, sign('sha256', attributesToSign(attributes), identity.privateKey));
}

const digests = fc.uint8Array({ minLength: 32, maxLength: 32 });
const times = fc.oneof(
  fc.date({ min: new Date('1990-01-01T00:00:00Z'), max: new Date('2120-01-01T00:00:00Z'), noInvalidDate: true }),
  fc.constantFrom(...['2049-12-31T23:59:59.999Z', '2050-01-01T00:00:00Z', '2000-01-01T00:00:00Z'].map((time) => new Date(time))),
);

describe('createDetachedSignature', () => {
  it.each([
    [2048, 200],
    [3072, 60],
    [4096, 30],
  ])('gives the bytes of a signature put together element by element, with a key of %d bits', async (bits, numRuns) => {
    const identity = { ...sample, privateKey: keyOf(bits) };
    await fc.assert(
      fc.asyncProperty(digests, times, async (digest, signingTime) => {
        const signature = await createDetachedSignature(digest, signingTime, identity);
        expect(signature.equals(putTogether(digest, signingTime, identity))).toBe(true);
        expect(signature).toHaveLength(detachedSignatureSize(signingTime, identity));
      }),
      { numRuns },
    );
  });

  it.each([0, 1, 2])('holds a chain of %d certificates', async (count) => {
    const identity = { ...sample, chainDer: Array.from({ length: count }, () => sample.chainDer[0] ?? new Uint8Array()) };
    const [digest, signingTime] = [Buffer.alloc(32, 1), new Date('2026-11-23T08:00:00Z')];
    expect(await createDetachedSignature(digest, signingTime, identity)).toEqual(putTogether(digest, signingTime, identity));
  });

  it('keeps the signatures of several identities and of messages at the same time apart', async () => {
    const other = { ...sample, privateKey: keyOf(2048), chainDer: [] };
    const orders = Array.from({ length: 40 }, (_, index) => ({
      digest: Buffer.alloc(32, index),
      signingTime: new Date(Date.UTC(index % 3 === 0 ? 2060 : 2026, 0, index)),
      identity: index % 2 === 0 ? sample : other,
    }));
    const signatures = await Promise.all(
      orders.map(({ digest, signingTime, identity }) => createDetachedSignature(digest, signingTime, identity)),
    );
    expect(signatures).toEqual(orders.map(({ digest, signingTime, identity }) => putTogether(digest, signingTime, identity)));
  });
});
