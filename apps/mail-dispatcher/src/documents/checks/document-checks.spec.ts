// The checks of documents: a PDF is a PDF, XML is well-formed, and an electronic invoice is what its name says, even inside a PDF.
import { PDFDict, PDFDocument, PDFName, PDFRawStream } from '@cantoo/pdf-lib';
import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { type NamedDocument } from './document-check.js';
import { problemAtBeginning, problemInside } from './document-checks.js';

const problemOf = async (document: NamedDocument, bytes: Buffer, isInMemory = true): Promise<string | null> =>
  problemAtBeginning(document, bytes) ??
  (await problemInside(document, {
    teamId: 'acme',
    ...(isInMemory ? { bytes } : {}),
    blocks: () => [bytes.subarray(0, 1025), bytes.subarray(1025)],
  }));

const pdf = { filename: 'invoice.pdf', contentType: 'application/pdf' };
const named = (filename: string, contentType = 'application/xml') => ({ filename, contentType });

const CII_NAMESPACE = 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100';
const cii = (profile = 'urn:cen.eu:en16931:2017', namespace = CII_NAMESPACE): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<rsm:CrossIndustryInvoice xmlns:rsm="${namespace}" xmlns:ram="urn:ram">
  <rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>\n${profile}</ram:ID>
  </ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext><ram:ID>RE-1 &amp; 2</ram:ID></rsm:CrossIndustryInvoice>`;
const ubl = (root: string, profile: string): string =>
  `<${root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:${root}-2"><c:CustomizationID xmlns:c="urn:c">${profile}</c:CustomizationID></${root}>`;
const zugferd1 = `<r:CrossIndustryDocument xmlns:r="urn:ferd:CrossIndustryDocument:invoice:1p0"><r:SpecifiedExchangedDocumentContext>
  <GuidelineSpecifiedDocumentContextParameter><ID>urn:ferd:CrossIndustryDocument:invoice:1p0:comfort</ID></GuidelineSpecifiedDocumentContextParameter>
  </r:SpecifiedExchangedDocumentContext></r:CrossIndustryDocument>`;
const XRECHNUNG = 'urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0';

describe('a PDF', () => {
  it.each([
    ['one', '%PDF-1.7\n…'],
    ['one behind what a printer needs', `\x1b%-12345X@PJL\n${'x'.repeat(900)}%PDF-1.4`],
    ['one of another version', '%PDF-2.0'],
  ])('is %s', async (_name, text) => expect(await problemOf(pdf, Buffer.from(text))).toBeNull());

  it.each([
    ['text', 'Rechnung', /is no PDF/],
    ['a mark too far behind', `${'x'.repeat(1022)}%PDF-1.4`, /is no PDF/],
    ['HTML', '<!DOCTYPE html><html>Please sign in</html>', /is HTML/],
    ['HTML that speaks of PDF', '\ufeff \n<html>%PDF-1.7</html>', /is HTML/],
    ['a picture', '\x89PNG\r\n', /is no PDF/],
  ])('is not %s', async (_name, text, problem) => {
    for (const contentType of ['application/pdf', 'Application/PDF', 'application/x-pdf'])
      expect(await problemOf({ ...pdf, contentType }, Buffer.from(text))).toMatch(problem);
    expect(await problemOf({ filename: 'a.bin', contentType: 'application/octet-stream' }, Buffer.from(text))).toBeNull();
  });
});

describe('XML', () => {
  it.each([
    ['with a declaration', Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n<a b="1">ä<c/></a>\n')],
    ['with a byte order mark', Buffer.from('\ufeff<a/>')],
    ['in Latin 1', Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>ä</a>', 'latin1')],
    ['in UTF-16', Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>ä</a>', 'utf16le')],
    ['in UTF-16 of the other order', Buffer.from('\ufeff<?xml version="1.0"?><a>ä</a>', 'utf16le').swap16()],
    ['of as many levels as may be', Buffer.from('<a>'.repeat(256) + '</a>'.repeat(256))],
    ['in an encoding that is not known here', Buffer.from('<?xml version="1.0" encoding="EBCDIC-CP-DK"?><a>')],
    ['with entities of its DTD', Buffer.from('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;&nbsp;</a>')],
    ['of a megabyte', Buffer.from(`<a>${'<b>Größe</b>'.repeat(100_000)}</a>`)],
  ])('is taken %s', async (_name, bytes) => {
    for (const contentType of ['application/xml', 'text/xml', 'image/svg+xml'])
      expect(await problemOf(named('a.xml', contentType), bytes)).toBeNull();
  });

  it.each([
    ['without an end', '<a><b></b>', /is no XML: .*unclosed tag/],
    ['of two roots', '<a/><b/>', /is no XML/],
    ['with an attribute twice', '<a b="1" b="2"/>', /is no XML/],
    ['with an entity that nobody declared', '<a>&nbsp;</a>', /is no XML: .*entity/],
    ['that is text', 'Rechnung 42', /is no XML/],
    ['that is empty', '  ', /is no XML/],
    ['that is a PDF', '%PDF-1.7', /is a PDF, not XML/],
    ['with a prefix that nobody declared', '<a:b/>', /is no XML/],
    ['of 100,000 levels', '<a>'.repeat(100_000), /is no XML: it is nested more than 256 levels deep/],
    [
      'with 100,000 attributes',
      `<a ${Array.from({ length: 100_000 }, (_, index) => `a${index}=""`).join(' ')}/>`,
      /is no XML: an element has more than 1000 attributes/,
    ],
    ['that is broken far behind', `<a>${'<b>Größe</b>'.repeat(50_000)}</b>`, /is no XML/],
  ])('is not taken %s', async (_name, text, problem) => {
    expect(await problemOf(named('a.xml'), Buffer.from(text))).toMatch(problem);
    expect(await problemOf(named('a.xml'), Buffer.from(text), false)).toMatch(problem);
    expect(await problemOf(named('a.txt', 'text/plain'), Buffer.from(text))).toBeNull();
  });

  it('leaves the event loop its turn at every piece, however many are read at once', async () => {
    const bytes = Buffer.from(`<a>${'<b>Größe</b>'.repeat(4000)}</a>`);
    const [documents, pieces] = [20, Math.ceil(bytes.length / (8 * 1024))];
    let looks = 0;
    let isOver = false;
    const look = (): void => void (isOver || ((looks += 1), setImmediate(look)));
    look();
    const problems = await Promise.all(Array.from({ length: documents }, () => problemOf(named('a.xml'), bytes)));
    isOver = true;
    expect(problems).toEqual(Array(documents).fill(null));
    expect(looks).toBeGreaterThanOrEqual(documents * pieces);
  });

  it('is not taken with bytes of another encoding', async () => {
    expect(await problemOf(named('a.xml'), Buffer.from('<a>ä</a>', 'latin1'))).toMatch(/its bytes are not utf-8/);
  });
});

describe('an electronic invoice', () => {
  it.each([
    ['factur-x.xml', cii()],
    ['factur-x.xml', cii('urn:factur-x.eu:1p0:minimum')],
    ['factur-x.xml', cii('urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended')],
    ['Factur-X.xml', cii(XRECHNUNG)],
    ['zugferd-invoice.xml', cii('urn:zugferd.de:2p0:basicwl')],
    ['ZUGFeRD-invoice.xml', zugferd1],
    ['xrechnung.xml', cii(XRECHNUNG)],
    ['xrechnung.xml', ubl('Invoice', XRECHNUNG)],
    ['xrechnung.xml', ubl('CreditNote', 'urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung_2.3')],
    ['other.xml', '<a/>'],
  ])('is taken as %s: %.60s', async (filename, text) => {
    expect(await problemOf(named(filename), Buffer.from(text))).toBeNull();
  });

  it.each([
    ['factur-x.xml', '<Invoice/>', /is no factur-x.xml: at its root must stand CrossIndustryInvoice of urn:un/],
    ['factur-x.xml', ubl('Invoice', XRECHNUNG), /at its root/],
    ['factur-x.xml', cii(undefined, 'urn:other'), /at its root/],
    ['factur-x.xml', cii(''), /names no profile/],
    ['factur-x.xml', cii('comfort'), /its profile is not one/],
    ['xrechnung.xml', cii('urn:factur-x.eu:1p0:minimum'), /its profile is not one/],
    ['zugferd-invoice.xml', '<r:CrossIndustryInvoice xmlns:r="urn:x"/>', /at its root/],
  ])('is not taken as %s: %.40s', async (filename, text, problem) => {
    for (const contentType of ['application/xml', 'application/octet-stream'])
      expect(await problemOf(named(filename, contentType), Buffer.from(text))).toMatch(problem);
  });
});

describe('a PDF with an electronic invoice inside', () => {
  const MARK = '<fx:x xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"/>';
  const hybrid = async (attachments: Record<string, string>, useObjectStreams = true): Promise<Buffer> => {
    const document = await PDFDocument.create();
    document.addPage();
    const xmp = document.context.stream(MARK, { Type: 'Metadata', Subtype: 'XML' });
    document.catalog.set(document.context.obj('Metadata'), document.context.register(xmp));
    for (const [name, text] of Object.entries(attachments)) await document.attach(Buffer.from(text), name, { mimeType: 'text/xml' });
    return Buffer.from(await document.save({ useObjectStreams }));
  };

  it.each([true, false])('is taken with what it says (objects packed: %s)', async (isPacked) => {
    expect(await problemOf(pdf, await hybrid({ 'terms.txt': 'Terms', 'factur-x.xml': cii() }, isPacked))).toBeNull();
    expect(await problemOf(pdf, await hybrid({ 'ZUGFeRD-invoice.xml': zugferd1 }, isPacked))).toBeNull();
  });

  it.each([
    [{}, /there is no XML of one inside/],
    [{ 'terms.txt': 'Terms' }, /there is no XML of one inside/],
    [{ 'factur-x.xml': '<Invoice/>' }, /inside that is none: factur-x.xml is no factur-x.xml: at its root/],
    [{ 'factur-x.xml': cii('mine') }, /its profile/],
    [{ 'factur-x.xml': 'Rechnung' }, /is no XML/],
  ])('is not taken with %j', async (attachments, problem) => {
    expect(await problemOf(pdf, await hybrid(attachments as Record<string, string>))).toMatch(problem);
  });

  /** Returns a PDF, in blocks as they come from a store, with a scanned page of that many bytes in front of everything else. */
  const large = async (attachments: Record<string, string>, bytes: number) => {
    const document = await PDFDocument.load(await hybrid(attachments, false), { updateMetadata: false });
    document.context.register(document.context.stream(randomBytes(bytes)));
    const pdfBytes = Buffer.from(await document.save({ useObjectStreams: false }));
    function* blocks() {
      for (let at = 0; at < pdfBytes.length; at += 64 * 1024) yield pdfBytes.subarray(at, at + 64 * 1024);
    }
    return { teamId: 'acme', blocks };
  };

  it.each([2, 24])('is judged as well where it has %d MiB and is not in memory, and is not opened on this thread', async (megabytes) => {
    const valid = await large({ 'factur-x.xml': cii() }, megabytes * 1024 * 1024);
    const wrong = await large({ 'factur-x.xml': '<Invoice/>' }, megabytes * 1024 * 1024);
    const opened = jest.spyOn(PDFDocument, 'load');
    expect(await problemInside(pdf, valid)).toBeNull();
    expect(await problemInside(pdf, wrong)).toMatch(/inside that is none: factur-x.xml is no factur-x.xml: at its root/);
    expect(opened).not.toHaveBeenCalled();
  });

  it('waits for one PDF of another team, and not for all that it brought', async () => {
    const { blocks } = await large({ 'factur-x.xml': cii() }, 1024 * 1024);
    const order: string[] = [];
    const check = async (teamId: string): Promise<void> => {
      expect(await problemInside(pdf, { teamId, blocks })).toBeNull();
      order.push(teamId);
    };
    await Promise.all([...Array.from({ length: 5 }, () => check('mass')), check('acme')]);
    expect(order.indexOf('acme')).toBeLessThanOrEqual(1);
  });

  it('is known by its mark also where a block ends in the middle of it', async () => {
    const bytes = await hybrid({});
    const middle = bytes.indexOf(':pdfa:CrossIndustry') + 9;
    for (const size of [middle, 5]) {
      const blocks = () =>
        Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
      expect(await problemInside(pdf, { teamId: 'acme', blocks })).toMatch(/there is no XML of one inside/);
    }
  });

  it('may keep its files in branches, and need say nothing of their dates', async () => {
    const document = await PDFDocument.load(await hybrid({ 'factur-x.xml': '<Invoice/>' }, false), { updateMetadata: false });
    const names = document.catalog.lookup(PDFName.of('Names'), PDFDict);
    const flat = names.lookup(PDFName.of('EmbeddedFiles'), PDFDict);
    names.set(PDFName.of('EmbeddedFiles'), document.context.obj({ Kids: [document.context.register(flat)] }));
    for (const [, found] of document.context.enumerateIndirectObjects())
      if (found instanceof PDFRawStream) found.dict.delete(PDFName.of('Params'));
    expect(await problemOf(pdf, Buffer.from(await document.save()))).toMatch(/at its root/);
  });

  /** Returns a PDF of 200 KB that inflates to 200 MB. */
  const bomb = (dictionary: string): Buffer => {
    const content = deflateSync(Buffer.alloc(200 * 1024 * 1024, ' '));
    const names = '/Names<</EmbeddedFiles<</Names[(a) 2 0 R]>>>>';
    return Buffer.concat([
      Buffer.from(`%PDF-1.7\n%${MARK}\n1 0 obj\n<</Type/Catalog${names}>>\nendobj\n`),
      Buffer.from('2 0 obj\n<</Type/Filespec/UF(factur-x.xml)/EF<</F 3 0 R>>>>\nendobj\n'),
      Buffer.from(`3 0 obj\n<<${dictionary}/Length ${content.length}>>\nstream\n`),
      content,
      Buffer.from('\nendstream\nendobj\ntrailer\n<</Root 1 0 R/Size 4>>\nstartxref\n0\n%%EOF'),
    ]);
  };
  it.each([
    ['the invoice', '/Type/EmbeddedFile/Filter/FlateDecode'],
    ['the invoice by a list of filters', '/Type/EmbeddedFile/Filter[/FlateDecode]'],
    ['the invoice with parameters', '/Type/EmbeddedFile/Filter/FlateDecode/DecodeParms<</Predictor 1>>'],
    ['its objects', '/Type/ObjStm/N 1/First 10/Filter/FlateDecode'],
  ])('is left to its readers where it inflates beyond all measure (%s)', async (_what, dictionary) => {
    expect(await problemOf(pdf, bomb(dictionary))).toBeNull();
  });

  it('is left to its readers where it can not be opened, and is not read at all where it is none', async () => {
    expect(await problemOf(pdf, Buffer.from(`%PDF-1.7 ${MARK}`))).toBeNull();
    expect(problemInside(pdf, { teamId: 'acme', bytes: Buffer.from('%PDF-1.7 a plain one'), blocks: () => [] })).toBeNull();
  });
});
