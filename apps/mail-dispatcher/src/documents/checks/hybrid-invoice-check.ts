// Factur-X and ZUGFeRD: a PDF for people with the same invoice as XML inside.
import { type DocumentCheck } from './document-check.js';
import { isNamedEInvoice } from './e-invoices.js';
import { isPdf } from './pdf-check.js';
import { explainXml } from './xml-check.js';

/** In the XMP of all of them, from ZUGFeRD 1.0 to Factur-X: `urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#`. */
const MARK = ':pdfa:CrossIndustryDocument:invoice:';

/**
 * A PDF that says it is one has the XML inside, and the XML is what its name says. One that the library can't open is judged by its readers, and one that
 * is too large to stay in memory is not read for this alone.
 */
export const HYBRID_INVOICE_CHECK: DocumentCheck = {
  isFor: isPdf,
  problemInside: (_document, { bytes }) => (bytes?.includes(MARK) === true ? explainHybrid(bytes) : null),
};

async function explainHybrid(pdf: Buffer): Promise<string | null> {
  const attachments = await attachmentsOf(pdf);
  if (attachments === null) return null;
  const invoice = attachments.find(({ name }) => isNamedEInvoice(name));
  if (invoice === undefined) return 'says that it is a Factur-X or ZUGFeRD invoice, but there is no XML of one inside';
  const problem = await explainXml({ filename: invoice.name, contentType: 'application/xml' }, () => [invoice.data]);
  return problem === null ? null : `has an electronic invoice inside that is none: ${invoice.name} ${problem}`;
}

async function attachmentsOf(pdf: Buffer): Promise<{ name: string; data: Uint8Array }[] | null> {
  // Loaded when the first one comes: it takes as long as a start otherwise.
  const { PDFDocument } = await import('@cantoo/pdf-lib');
  try {
    return (await PDFDocument.load(pdf, { updateMetadata: false, ignoreEncryption: true })).getAttachments();
  } catch {
    return null;
  }
}
