// Makes a real one-page PDF with lines of text, small enough to read in an editor.

// PDF 32000-1 7.3.4.2: these characters end or escape a string. The standard fonts have no glyphs beyond Latin-1.
const escapeText = (line: string): string => line.replace(/[\\()]/g, '\\$&').replace(/[^\x20-\xff]/g, '?');

/** Returns an A4 page with the given lines, the first of them as a heading. */
export function createPdf(lines: string[]): Buffer {
  const [heading = '', ...rest] = lines.map(escapeText);
  const text = [
    'BT /F1 20 Tf 60 770 Td',
    `(${heading}) Tj`,
    '/F1 11 Tf 0 -34 Td 16 TL',
    ...rest.map((line) => `(${line}) Tj T*`),
    'ET',
  ].join('\n');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ];
  let pdf = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const startOfTable = pdf.length;
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  pdf += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${startOfTable}\n%%EOF\n`;
  // Latin-1 has one byte per character, so that the offsets above count bytes.
  return Buffer.from(pdf, 'latin1');
}
