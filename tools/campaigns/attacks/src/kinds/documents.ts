// Small documents that are designed to take long to parse, as anybody who may send could supply them.

const PDFS = 3;
const XMLS = 20;
const MB = 1024 * 1024;

/**
 * Returns a PDF that claims to contain an electronic invoice. The parser searches for the end of each of its
 * objects up to the end of the file.
 */
const slowPdf = (): Buffer => {
  const object = '1 0 obj <</Length 9999999999>> stream\nx\n';
  const mark = '%PDF-1.7\n% urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#\n';
  return Buffer.from(`${mark}${object.repeat(MB / object.length)}`);
};

/** Returns an XML document in which each prefix is looked up in all levels above. */
const slowXml = (): Buffer => {
  const element = '<p:c p:d="1" p:e="2"/>';
  return Buffer.from(`<p:a xmlns:p="u">${'<p:b>'.repeat(253)}${element.repeat(MB / 2 / element.length)}${'</p:b>'.repeat(253)}</p:a>`);
};

/** Returns the attachments of deliveries that are to be handed over at once. */
export function heavyDocuments(): object[][] {
  const [pdf, xml] = [slowPdf().toString('base64'), slowXml().toString('base64')];
  return [
    ...Array.from({ length: PDFS }, () => [{ filename: 'invoice.pdf', contentType: 'application/pdf', content: pdf }]),
    ...Array.from({ length: XMLS }, () => [{ filename: 'factur-x.xml', contentType: 'application/xml', content: xml }]),
  ];
}
export const HEAVY = `${PDFS} PDFs and ${XMLS} XML invoices of a megabyte at most, made to take long, at once by one team`;
