import { type Content, type DocumentCheck, mediaType, type NamedDocument } from './document-check.js';
import { explainEInvoice, isNamedEInvoice, PROFILE_PATHS } from './e-invoices.js';
import { readXml } from './read-xml.js';

const XML_TYPE = /^(?:application|text)\/xml$|\+xml$/;

/** A document declared as XML must be XML, and an electronic invoice must be what its name says. */
export const XML_CHECK: DocumentCheck = {
  isFor: (document) => XML_TYPE.test(mediaType(document)) || isNamedEInvoice(document.filename),
  problemAtBeginning: (beginning) => (beginning.subarray(0, 5).toString('latin1') === '%PDF-' ? 'is a PDF, not XML' : null),
  problemInside: explainXml,
};

export async function explainXml({ filename }: NamedDocument, content: Content): Promise<string | null> {
  const reading = await readXml(content, isNamedEInvoice(filename) ? PROFILE_PATHS : []);
  if (reading === null) return null;
  return 'problem' in reading ? `is no XML: ${reading.problem}` : explainEInvoice(filename, reading);
}
