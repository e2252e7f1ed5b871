// The checks of documents, as a table. To add one, write a file and add it to `CHECKS`.
import { type Content, type DocumentCheck, type NamedDocument } from './document-check.js';
import { HYBRID_INVOICE_CHECK } from './hybrid-invoice-check.js';
import { BEGINNING_BYTES, PDF_CHECK } from './pdf-check.js';
import { XML_CHECK } from './xml-check.js';

const CHECKS: readonly DocumentCheck[] = [PDF_CHECK, XML_CHECK, HYBRID_INVOICE_CHECK];

/** Returns the problem that the first KiB of a document shows; `null` if there is none. Bytes beyond the first KiB are ignored. */
export function problemAtBeginning(document: NamedDocument, bytes: Buffer): string | null {
  const beginning = bytes.subarray(0, BEGINNING_BYTES);
  for (const check of CHECKS) {
    const problem = check.isFor(document) ? (check.problemAtBeginning?.(beginning) ?? null) : null;
    if (problem !== null) return problem;
  }
  return null;
}

/** Returns the problem that can be found only by reading the document. Returns `null` at once for documents that need no reading. */
export function problemInside(document: NamedDocument, content: Content): Promise<string | null> | null {
  const reading = CHECKS.flatMap((check) => {
    const found = check.isFor(document) ? check.problemInside?.(document, content) : null;
    return found ? [found] : [];
  });
  return reading.length === 0 ? null : Promise.all(reading).then((problems) => problems.find((problem) => problem !== null) ?? null);
}
