// DER as byte slices (ITU-T X.690), so that what another party has signed or named is copied and never encoded anew.
import forge from 'node-forge';

/** One element: its whole encoding, its tag byte and its contents. All are views into the bytes it was read from. */
export type DerElement = { bytes: Uint8Array; tag: number; contents: Uint8Array };

/** Reads the elements that follow each other in `bytes`. @throws RangeError if they are not definite-length DER */
export function readDer(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const { start, end } = contentsAt(bytes, at);
    elements.push({ bytes: bytes.subarray(at, end), tag: bytes[at] ?? 0, contents: bytes.subarray(start, end) });
    at = end;
  }
  return elements;
}

function contentsAt(bytes: Uint8Array, at: number): { start: number; end: number } {
  const first = bytes[at + 1];
  if (first === undefined || first === 0x80 || first > 0x84) throw new RangeError('not DER: no definite length');
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  const start = at + 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  if (start + length > bytes.length) throw new RangeError('not DER: an element is longer than the element that contains it');
  return { start, end: start + length };
}

/**
 * Returns an element of forge's tree that holds `der` (one element) unchanged. From a parsed tree forge would encode it anew.
 * @throws RangeError if `der` is empty or not DER
 */
export function asForgeElement(der: Uint8Array): forge.asn1.Asn1 {
  const [element] = readDer(der);
  if (element === undefined) throw new RangeError('not DER: empty');
  return {
    // The bit for "constructed" is passed with the class, because forge sets it only for elements whose children it encodes.
    tagClass: element.tag & 0xe0,
    type: element.tag & 0x1f,
    constructed: false,
    composed: false,
    value: Buffer.from(element.contents).toString('latin1'),
  };
}

/** DER of a tree built with forge. */
export function toDer(tree: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(tree).getBytes(), 'latin1');
}
