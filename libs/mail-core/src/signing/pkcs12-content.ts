// Reads what is in a PKCS#12 file (RFC 7292), in the forms that OpenSSL, Windows, macOS and Firefox write.
import { type BerNode, octetsOf, oidOf, readBer } from './ber.js';
import { decrypted, Effort, type InTurns, isSealedWith, Pkcs12FormError, spellingsOf, WholeStep } from './pkcs12-secrets.js';

/** Raw DER: keys as PKCS#8, certificates as their issuers made them. */
export type Pkcs12Content = { keys: Buffer[]; certificates: Buffer[] };

const OID = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  nestedBag: '1.2.840.113549.1.12.10.1.6',
  x509: '1.2.840.113549.1.9.22.1',
};

/**
 * Returns the keys and certificates, or `null` if the passphrase does not open the file.
 * @throws Error if the file is not PKCS#12, Pkcs12CostError if opening it would take too long
 */
export function* openPkcs12(bytes: Buffer, passphrase: string): InTurns<Pkcs12Content | null> {
  const effort = new Effort();
  const [version, safe, macData] = readBer(bytes).children();
  if (version === undefined || safe === undefined) throw new Pkcs12FormError('it does not have the structure of a PKCS#12 file');
  const content = dataOf(safe);
  for (const spelling of spellingsOf(passphrase)) {
    // Without a MAC, only the encrypted parts tell whether the passphrase is right.
    if (macData !== undefined && !(yield* isSealedWith(spelling, macData, content, effort))) continue;
    const found = yield* new SafeReader(spelling, effort).read(content);
    if (found !== null) return found;
  }
  return null;
}

function dataOf(contentInfo: BerNode): Buffer {
  const [type, wrapped] = contentInfo.children();
  if (type === undefined || wrapped === undefined || oidOf(type) !== OID.data)
    throw new Pkcs12FormError('it is not protected by a passphrase');
  return octetsOf(wrapped.inner());
}

/** Reads everything with one spelling of the passphrase; gives `null` as soon as a part does not open. */
class SafeReader {
  private readonly content: Pkcs12Content = { keys: [], certificates: [] };

  constructor(
    private readonly spelling: string,
    private readonly effort: Effort,
  ) {}

  *read(safes: Buffer): InTurns<Pkcs12Content | null> {
    for (const safe of readBer(safes).children()) {
      const [type, wrapped] = safe.children();
      if (type === undefined || wrapped === undefined) throw new Pkcs12FormError('a part of it is empty');
      const bags = oidOf(type) === OID.encryptedData ? yield* this.unlockSafe(wrapped.inner()) : readBer(octetsOf(wrapped.inner()));
      if (bags === null || !(yield* this.readBags(bags))) return null;
    }
    return this.content;
  }

  private *unlockSafe(encryptedData: BerNode): InTurns<BerNode | null> {
    const [, algorithm, text] = encryptedData.children()[1]?.children() ?? [];
    if (algorithm === undefined || text === undefined) throw new Pkcs12FormError('an encrypted part of it is empty');
    return yield* this.unlock(algorithm, octetsOf(text));
  }

  private *unlock(algorithm: BerNode, text: Buffer): InTurns<BerNode | null> {
    for (const clear of decrypted(this.spelling, algorithm, text, this.effort)) {
      yield clear instanceof WholeStep ? clear : undefined;
      const node = clear instanceof Buffer ? sequenceIn(clear) : null;
      if (node !== null) return node;
    }
    return null;
  }

  private *readBags(bags: BerNode): InTurns<boolean> {
    for (const bag of bags.children()) {
      const [type, wrapped] = bag.children();
      if (type === undefined || wrapped === undefined) continue;
      switch (oidOf(type)) {
        case OID.keyBag:
          this.content.keys.push(wrapped.inner().der());
          break;
        case OID.shroudedKeyBag: {
          const [algorithm, text] = wrapped.inner().children();
          const key = algorithm && text && (yield* this.unlock(algorithm, octetsOf(text)));
          if (!key) return false;
          this.content.keys.push(key.der());
          break;
        }
        case OID.certificateBag:
          this.addCertificate(wrapped.inner());
          break;
        case OID.nestedBag:
          if (!(yield* this.readBags(wrapped.inner()))) return false;
          break;
      }
    }
    return true;
  }

  private addCertificate(bag: BerNode): void {
    const [type, wrapped] = bag.children();
    if (type !== undefined && wrapped !== undefined && oidOf(type) === OID.x509) this.content.certificates.push(octetsOf(wrapped.inner()));
  }
}

/**
 * Returns the decrypted bytes as a sequence, or `null` if the key was wrong. One in 256 wrong keys gives valid padding, and one in 256 of
 * those gives the right first byte. Practically none gives a sequence that takes up all the bytes.
 */
function sequenceIn(clear: Buffer): BerNode | null {
  try {
    const node = readBer(clear, true);
    return node.isSequence ? node : null;
  } catch {
    return null;
  }
}
