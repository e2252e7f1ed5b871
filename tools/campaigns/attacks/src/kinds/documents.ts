// Documents that are made to take long to read: small ones, as anybody who may send may bring them.

const PDFS = 3;
const XMLS = 20;
const MB = 1024 * 1024;

/** Says that it has an electronic invoice inside, and is of objects each of which is looked for up to the end. */
const slowPdf = (): Buffer => {
  const object = '1 0 obj <</Length 9999999999>> stream\nx\n';
  const mark = '%PDF-1.7\n% urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#\n';
  return Buffer.from(`${mark}${object.repeat(MB / object.length)}`);
};

/** Each prefix is looked for in all levels above. */
const slowXml = (): Buffer => {
  const element = '<p:c p:d="1" p:e="2"/>';
  return Buffer.from(`<p:a xmlns:p="u">${'<p:b>'.repeat(253)}${element.repeat(MB / 2 / element.length)}${'</p:b>'.repeat(253)}</p:a>`);
};

/** The attachments of deliveries that are to be handed over at once. */
export function heavyDocuments(): object[][] {
  const [pdf, xml] = [slowPdf().toString('base64'), slowXml().toString('base64')];
  return [
    ...Array.from({ length: PDFS }, () => [{ filename: 'invoice.pdf', contentType: 'application/pdf', content: pdf }]),
    ...Array.from({ length: XMLS }, () => [{ filename: 'factur-x.xml', contentType: 'application/xml', content: xml }]),
  ];
}
export const HEAVY = `${PDFS} PDFs and ${XMLS} XML invoices of a megabyte at most, made to take long, at once by one team`;
