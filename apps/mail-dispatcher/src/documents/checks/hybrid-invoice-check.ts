// Factur-X and ZUGFeRD: a PDF for people that has the same invoice inside as XML.
import { type Blocks, type DocumentCheck } from './document-check.js';
import { findInvoiceInside } from './pdf-files.js';
import { isPdf } from './pdf-check.js';
import { explainXml } from './xml-check.js';

/**
 * Part of the XMP metadata of all versions from ZUGFeRD 1.0 to Factur-X: `urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#`. PDF/A does
 * not allow compressing XMP.
 */
const MARK = Buffer.from(':pdfa:CrossIndustryDocument:invoice:');

/**
 * A PDF that declares itself as such an invoice must have the XML inside, and the XML must be what its name says. A PDF that can't be
 * opened passes, as that is for the recipient's reader to judge. All other PDFs are only searched for the mark.
 */
export const HYBRID_INVOICE_CHECK: DocumentCheck = {
  isFor: isPdf,
  problemInside(_document, { teamId, bytes, blocks }) {
    if (bytes === undefined) return hasMark(blocks).then((isMarked) => (isMarked ? explainHybrid(teamId, blocks) : null));
    return bytes.includes(MARK) ? explainHybrid(teamId, blocks) : null;
  },
};

/** Also finds a mark that spans two blocks. */
async function hasMark(blocks: Blocks): Promise<boolean> {
  let before: Uint8Array = Buffer.alloc(0);
  for await (const block of blocks()) {
    const seam = Buffer.concat([before, block.subarray(0, MARK.length - 1)]);
    if (seam.includes(MARK) || Buffer.from(block.buffer, block.byteOffset, block.length).includes(MARK)) return true;
    before = block.length < MARK.length ? seam.subarray(1 - MARK.length) : block.subarray(1 - MARK.length);
  }
  return false;
}

async function explainHybrid(teamId: string, blocks: Blocks): Promise<string | null> {
  const found = await findInvoiceInside(teamId, blocks);
  if (found === null) return null;
  if (found === 'none') return 'says that it is a Factur-X or ZUGFeRD invoice, but there is no XML of one inside';
  const problem = await explainXml({ filename: found.name, contentType: 'application/xml' }, { teamId, blocks: () => [found.data] });
  return problem === null ? null : `has an electronic invoice inside that is none: ${found.name} ${problem}`;
}
