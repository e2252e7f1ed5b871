import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPdf } from './samples/sample-pdf.js';
import { buildJob } from './send.js';
import { CurableError } from './step.js';

describe('buildJob', () => {
  let folder: string;
  let pdf: string;
  let xml: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'send-'));
    pdf = join(folder, '2026-0042.pdf');
    xml = join(folder, 'factur-x.xml');
    writeFileSync(pdf, createPdf(['Invoice']));
    writeFileSync(xml, '<a/>');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const failureOf = (args: string[]): CurableError => {
    try {
      buildJob(args, 'stamp');
    } catch (error) {
      if (error instanceof CurableError) return error;
      throw error;
    }
    throw new Error('it was taken');
  };

  it('takes number and subject from the file, and everybody named', () => {
    const job = buildJob(
      ['--pdf', pdf, '--xml', xml, '--to', 'a@b.example', '--to', '"Doe, J" <j@b.example>', '--bcc', 'c@b.example'],
      'stamp',
    );
    expect(job).toMatchObject({
      teamId: 'acme',
      document: { id: 'invoice-2026-0042', type: 'invoice', number: '2026-0042' },
      subject: 'Invoice 2026-0042',
      to: [{ address: 'a@b.example' }, { address: 'j@b.example', name: 'Doe, J' }],
      cc: [],
      bcc: [{ address: 'c@b.example' }],
      attachments: [
        { filename: '2026-0042.pdf', contentType: 'application/pdf', content: createPdf(['Invoice']).toString('base64') },
        { filename: 'factur-x.xml', contentType: 'application/xml', content: Buffer.from('<a/>').toString('base64') },
      ],
    });
  });

  it("speaks the team's language", () => {
    const job = buildJob(['--pdf', pdf, '--to', 'a@b.example', '--type', 'credit_note'], 'stamp', 'de');
    expect([job.subject, job.text, job.requestedBy.locale]).toEqual([
      'Gutschrift 2026-0042',
      'Guten Tag,\n\nanbei erhalten Sie: Gutschrift 2026-0042.\n',
      'de',
    ]);
  });

  it('makes a new key each time unless one is given', () => {
    const args = ['--pdf', pdf, '--to', 'a@b.example'];
    expect(buildJob(args, 'one').key).not.toBe(buildJob(args, 'two').key);
    expect(buildJob([...args, '--key', 'mine'], 'one').key).toBe('mine');
  });

  it('splits a recurrence at its first colon', () => {
    const job = buildJob(['--pdf', pdf, '--to', 'a@b.example', '--recurring', 'sub-9:2026-11:b'], 'stamp');
    expect(job.document.recurrence).toEqual({ seriesId: 'sub-9', occurrence: '2026-11:b' });
  });

  it.each([
    ['no document', () => [], '--pdf is missing'],
    ['nobody to send to', () => ['--pdf', pdf], '--to is missing'],
    ['a file that is not there', () => ['--pdf', join(folder, 'none.pdf'), '--to', 'a@b.example'], 'cannot be read (ENOENT)'],
    ['a file that is no PDF', () => ['--pdf', xml, '--to', 'a@b.example'], 'is no PDF'],
    ['a broken address', () => ['--pdf', pdf, '--to', 'nobody'], '/to/0/address is not an e-mail address'],
    ['an unknown type', () => ['--pdf', pdf, '--to', 'a@b.example', '--type', 'bill'], '/document/type must be one of'],
    ['half a recurrence', () => ['--pdf', pdf, '--to', 'a@b.example', '--recurring', 'sub-9'], 'a series and an occurrence'],
    ['an unknown flag', () => ['--pfd', pdf], "Unknown option '--pfd'"],
  ])('names what is wrong and what helps: %s', (_, args, message) => {
    const failure = failureOf(args());
    expect(failure.message).toContain(message);
    expect(failure.cure).not.toBe('');
  });
});
