// What documents must be, as a table: a further check is a file of its own and a line here.
import { type Content, type DocumentCheck, type NamedDocument } from './document-check.js';
import { HYBRID_INVOICE_CHECK } from './hybrid-invoice-check.js';
import { BEGINNING_BYTES, PDF_CHECK } from './pdf-check.js';
import { XML_CHECK } from './xml-check.js';

const CHECKS: readonly DocumentCheck[] = [PDF_CHECK, XML_CHECK, HYBRID_INVOICE_CHECK];

/** What is wrong with a document by its first KiB; bytes beyond it do not matter. */
export function problemAtBeginning(document: NamedDocument, bytes: Buffer): string | null {
  const beginning = bytes.subarray(0, BEGINNING_BYTES);
  for (const check of CHECKS) {
    const problem = check.isFor(document) ? (check.problemAtBeginning?.(beginning) ?? null) : null;
    if (problem !== null) return problem;
  }
  return null;
}

/** What is wrong with a document that has to be read for it; `null` at once for most. */
export function problemInside(document: NamedDocument, content: Content): Promise<string | null> | null {
  const reading = CHECKS.flatMap((check) => {
    const found = check.isFor(document) ? check.problemInside?.(document, content) : null;
    return found ? [found] : [];
  });
  return reading.length === 0 ? null : Promise.all(reading).then((problems) => problems.find((problem) => problem !== null) ?? null);
}
