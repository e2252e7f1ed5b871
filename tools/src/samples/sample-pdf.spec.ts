import fc from 'fast-check';
import { createPdf } from './sample-pdf.js';

describe('createPdf', () => {
  it('makes a cross-reference table that points at each object, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), (lines) => {
        const pdf = createPdf(lines).toString('latin1');
        const startOfTable = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1]);
        const offsets = [...pdf.slice(startOfTable).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
        expect(pdf.slice(startOfTable, startOfTable + 4)).toBe('xref');
        expect(offsets.map((offset) => pdf.slice(offset, offset + 7))).toEqual([1, 2, 3, 4, 5].map((number) => `${number} 0 obj`));
      }),
    );
  });

  it('escapes what would end a string, and keeps umlauts', () => {
    expect(createPdf(['Größe (1) \\']).toString('latin1')).toContain('(Größe \\(1\\) \\\\) Tj');
  });
});
