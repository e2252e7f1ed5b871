// Worker thread that opens PDFs and finds the electronic invoice among their embedded files.
import {
  PDFArray,
  PDFContext,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFRawStream,
  PDFString,
  decodePDFRawStream,
} from '@cantoo/pdf-lib';
import { inflateSync } from 'node:zlib';
import { isNamedEInvoice } from './e-invoices.js';
import { type FoundInvoice } from './pdf-files.js';

/** A name tree has one or two levels; a deeper one is taken to be circular. */
const MOST_LEVELS = 16;
/**
 * Limit for all streams of one PDF. An XML invoice has some kilobytes, and the object streams of a large PDF some megabytes; more is a
 * decompression bomb.
 */
const MOST_INFLATED_BYTES = 64 * 1024 * 1024;

let inflatedBytes = 0;
boundInflating();

/** Without a limit, the library would inflate 25 MB to 25 GB. All its decoders allocate through one method, so the limit is set there. */
function boundInflating(): void {
  type Decoder = { buffer: Uint8Array; ensureBuffer: (this: Decoder, requested: number) => Uint8Array };
  const anyDecoder = decodePDFRawStream(PDFRawStream.of(PDFContext.create().obj({ Filter: 'RunLengthDecode' }), new Uint8Array()));
  const decoders = Object.getPrototypeOf(Object.getPrototypeOf(anyDecoder)) as Decoder;
  const { ensureBuffer } = decoders;
  decoders.ensureBuffer = function (requested) {
    const before = this.buffer.byteLength;
    if (inflatedBytes + requested - before > MOST_INFLATED_BYTES) {
      inflatedBytes = Infinity;
      throw new RangeError('The PDF inflates to more than is read of it.');
    }
    const buffer = ensureBuffer.call(this, requested);
    inflatedBytes += buffer.byteLength - before;
    return buffer;
  };
}

/** Returns the electronic invoice among the embedded files; `none` if there is none, `null` if the PDF can't be opened. */
export default async function findInvoice(pdf: Uint8Array): Promise<FoundInvoice | 'none' | null> {
  inflatedBytes = 0;
  try {
    const document = await PDFDocument.load(pdf, { updateMetadata: false, ignoreEncryption: true });
    // The library ignores errors of single objects, so the limit is checked here.
    if (document.isEncrypted || inflatedBytes === Infinity) return null;
    for (const [name, file] of filesOf(document)) if (isNamedEInvoice(name)) return { name, data: contentOf(file) };
    return 'none';
  } catch {
    return null;
  }
}

/** Embedded files (ISO 32000-1, 7.11.4) are in a name tree of the catalog (7.9.6), which may have branches. */
function* filesOf({ catalog }: PDFDocument): Generator<[string, PDFRawStream]> {
  const names = catalog.lookupMaybe(PDFName.of('Names'), PDFDict);
  const root = names?.lookupMaybe(PDFName.of('EmbeddedFiles'), PDFDict);
  for (const specification of root === undefined ? [] : leavesOf(root, 0)) {
    const file = specification.lookupMaybe(PDFName.of('EF'), PDFDict)?.lookup(PDFName.of('F'));
    if (!(file instanceof PDFRawStream)) continue;
    // The key in the name tree may be any text; the file name is in the file specification.
    for (const key of ['UF', 'F']) {
      const name = specification.lookup(PDFName.of(key));
      if (name instanceof PDFString || name instanceof PDFHexString) yield [name.decodeText(), file];
    }
  }
}

function* leavesOf(node: PDFDict, level: number): Generator<PDFDict> {
  if (level > MOST_LEVELS) return;
  const pairs = node.lookupMaybe(PDFName.of('Names'), PDFArray);
  for (let index = 1; index < (pairs?.size() ?? 0); index += 2) {
    const leaf = pairs?.lookup(index);
    if (leaf instanceof PDFDict) yield leaf;
  }
  const branches = node.lookupMaybe(PDFName.of('Kids'), PDFArray);
  for (let index = 0; index < (branches?.size() ?? 0); index += 1) {
    const branch = branches?.lookup(index);
    if (branch instanceof PDFDict) yield* leavesOf(branch, level + 1);
  }
}

function contentOf(file: PDFRawStream): Uint8Array {
  const filter = file.dict.lookup(PDFName.of('Filter'));
  // Nearly all files use Flate. zlib can limit its output, the library can't.
  if (filter === PDFName.of('FlateDecode') && !file.dict.has(PDFName.of('DecodeParms')))
    return inflateSync(file.getContents(), { maxOutputLength: MOST_INFLATED_BYTES });
  return decodePDFRawStream(file).decode();
}
