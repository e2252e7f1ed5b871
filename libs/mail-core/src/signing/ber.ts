// BER as far as PKCS#12 files use it (ITU-T X.690): Firefox and macOS write lengths that only the end tells, and octets in pieces.
import forge from 'node-forge';

const UNIVERSAL = 0;
const TYPE = { octets: 4, sequence: 16 };

/** One element, read when it is asked for. */
export class BerNode {
  constructor(private readonly element: forge.asn1.Asn1) {}

  get isSequence(): boolean {
    const { tagClass, type, value } = this.element;
    return (tagClass as number) === UNIVERSAL && (type as number) === TYPE.sequence && Array.isArray(value);
  }

  /** None where it holds a plain value. */
  children(): BerNode[] {
    const { value } = this.element;
    return Array.isArray(value) ? value.map((element) => new BerNode(element)) : [];
  }

  /** What a tag is wrapped around. @throws RangeError */
  inner(): BerNode {
    const [inner] = this.children();
    if (inner === undefined) throw new RangeError('nothing where something is wrapped');
    return inner;
  }

  /** A plain value, pieces of it together. */
  octets(): Buffer {
    const { value } = this.element;
    return Array.isArray(value) ? Buffer.concat(value.map((element) => new BerNode(element).octets())) : Buffer.from(value, 'latin1');
  }

  der(): Buffer {
    return Buffer.from(forge.asn1.toDer(this.element).getBytes(), 'latin1');
  }
}

/** The element at the start of `bytes`, or the one that takes up all of them. @throws Error on what is none. */
export function readBer(bytes: Buffer, isAll = false): BerNode {
  // The types know `strict` alone.
  const options = { strict: true, parseAllBytes: isAll, decodeBitStrings: false };
  return new BerNode(forge.asn1.fromDer(bytes.toString('latin1'), options as unknown as boolean));
}

export const octetsOf = (node: BerNode): Buffer => node.octets();

/** A small number; larger ones are `Infinity`, which nothing is allowed to be. */
export function integerOf(node: BerNode): number {
  const bytes = node.octets();
  return bytes.length === 0 || bytes.length > 5 ? Infinity : bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

export const oidOf = (node: BerNode): string => forge.asn1.derToOid(node.octets().toString('latin1'));
