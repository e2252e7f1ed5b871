import { createCipheriv, pbkdf2Sync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import forge from 'node-forge';
import { readPkcs12 } from './signing-identity.js';

const PASSPHRASE = 'pässphrase "of" tests';
const { privateKey } = readPkcs12(readFileSync(path.join(__dirname, 'samples', 'identity.p12')), PASSPHRASE);
const key = privateKey.export({ type: 'pkcs8', format: 'der' });

const { Class, Type } = forge.asn1;
const node = (type: forge.asn1.Type, value: forge.asn1.Asn1[] | string, tagClass = Class.UNIVERSAL): forge.asn1.Asn1 =>
  forge.asn1.create(tagClass, type, Array.isArray(value), value);
const sequence = (...children: forge.asn1.Asn1[]) => node(Type.SEQUENCE, children);
const oid = (name: string) => node(Type.OID, forge.asn1.oidToDer(name).getBytes());
const integer = (value: number) => node(Type.INTEGER, forge.asn1.integerToDer(value).getBytes());
const octets = (bytes: Buffer) => node(Type.OCTETSTRING, bytes.toString('latin1'));
const wrapped = (child: forge.asn1.Asn1) => node(0, [child], Class.CONTEXT_SPECIFIC);
const derOf = (tree: forge.asn1.Asn1) => Buffer.from(forge.asn1.toDer(tree).getBytes(), 'latin1');

/** Returns a file with the key alone, encrypted by PBES2 (RFC 8018 6.2) in one iteration from the bytes of `start`, and without a MAC. */
function lockedKey(start: Buffer, salt: Buffer): Buffer {
  const iv = Buffer.alloc(16);
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(start, salt, 1, 32, 'sha256'), iv);
  const derivation = sequence(
    oid('1.2.840.113549.1.5.12'),
    sequence(octets(salt), integer(1), sequence(oid('1.2.840.113549.2.9'), node(Type.NULL, ''))),
  );
  const encryption = sequence(oid('2.16.840.1.101.3.4.1.42'), octets(iv));
  const locked = sequence(
    sequence(oid('1.2.840.113549.1.5.13'), sequence(derivation, encryption)),
    octets(Buffer.concat([cipher.update(key), cipher.final()])),
  );
  const bags = sequence(sequence(oid('1.2.840.113549.1.12.10.1.2'), wrapped(locked)));
  const data = (bytes: Buffer) => sequence(oid('1.2.840.113549.1.7.1'), wrapped(octets(bytes)));
  return derOf(sequence(integer(3), data(derOf(sequence(data(derOf(bags)))))));
}

describe('a PKCS#12 file of which the first way to read the passphrase is not the right one', () => {
  // With this salt the wrong key, the one from UTF-8, gives 1231 bytes with valid padding, which begin with 10 0a.
  const salt = Buffer.from('000000000000583c', 'hex');

  it.each([
    ['any salt', Buffer.alloc(8, 1)],
    ['a salt with which the wrong key opens something that looks like the start of a sequence', salt],
  ])('is opened by the right one, with %s', (_name, chosen) => {
    const file = lockedKey(Buffer.from(PASSPHRASE, 'latin1'), chosen);
    // The key is read; only a certificate for it is missing.
    expect(() => readPkcs12(file, PASSPHRASE)).toThrow(expect.objectContaining({ problem: 'certificate_missing' }));
  });
});
