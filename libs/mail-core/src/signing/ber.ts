// Reads BER (ITU-T X.690) as far as PKCS#12 files use it: Firefox and macOS write indefinite lengths, and octet strings in pieces.
import forge from 'node-forge';

const UNIVERSAL = 0;
const TYPE = { octets: 4, sequence: 16 };

/** One element, which is read only on demand. */
export class BerNode {
  constructor(private readonly element: forge.asn1.Asn1) {}

  get isSequence(): boolean {
    const { tagClass, type, value } = this.element;
    return (tagClass as number) === UNIVERSAL && (type as number) === TYPE.sequence && Array.isArray(value);
  }

  /** Returns the elements inside; none if the element holds a primitive value. */
  children(): BerNode[] {
    const { value } = this.element;
    return Array.isArray(value) ? value.map((element) => new BerNode(element)) : [];
  }

  /** Returns the element that a tag wraps. @throws RangeError if there is none */
  inner(): BerNode {
    const [inner] = this.children();
    if (inner === undefined) throw new RangeError('a tag has no content');
    return inner;
  }

  /** Returns a primitive value; one that is in pieces is joined. */
  octets(): Buffer {
    const { value } = this.element;
    return Array.isArray(value) ? Buffer.concat(value.map((element) => new BerNode(element).octets())) : Buffer.from(value, 'latin1');
  }

  der(): Buffer {
    return Buffer.from(forge.asn1.toDer(this.element).getBytes(), 'latin1');
  }
}

/** Reads the element at the start of `bytes`; with `isAll` it must take up all of them. @throws Error if there is no such element */
export function readBer(bytes: Buffer, isAll = false): BerNode {
  // The type declarations know only `strict`.
  const options = { strict: true, parseAllBytes: isAll, decodeBitStrings: false };
  return new BerNode(forge.asn1.fromDer(bytes.toString('latin1'), options as unknown as boolean));
}

export const octetsOf = (node: BerNode): Buffer => node.octets();

/** Returns a number of up to 5 bytes; anything else becomes `Infinity`, which exceeds every bound. */
export function integerOf(node: BerNode): number {
  const bytes = node.octets();
  return bytes.length === 0 || bytes.length > 5 ? Infinity : bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

export const oidOf = (node: BerNode): string => forge.asn1.derToOid(node.octets().toString('latin1'));
