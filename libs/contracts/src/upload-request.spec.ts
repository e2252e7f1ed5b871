// The document of an upload: the same as in JSON, except that its files are named and follow it.
import { foreignRefs, uploadRequestSchema } from './dispatch-job.js';
import { toFieldErrors } from './http.js';

const stored = { filename: 'b.xml', contentType: 'application/xml', ref: 'acme/b.xml', sha256: 'a'.repeat(64), size: 9 };
const uploaded = { filename: 'a.pdf', contentType: 'application/pdf', part: 'file1' };
const read = (attachments?: object[], more: object = {}) =>
  uploadRequestSchema().safeParse({
    requestedBy: { userId: 'u1' },
    document: { id: 'inv-1', type: 'invoice' },
    to: [{ address: 'a@customer.example' }],
    subject: 'Invoice',
    text: 'Please see the attachment.',
    ...(attachments === undefined ? {} : { attachments }),
    ...more,
  });
const errors = (...asked: Parameters<typeof read>) => {
  const { error } = read(...asked);
  return error === undefined ? [] : toFieldErrors(error).map(({ pointer }) => pointer);
};

describe('the document of an upload', () => {
  it('names its files by parts, and documents of the store beside them', () => {
    expect(read([uploaded, stored]).data?.attachments).toEqual([uploaded, stored]);
    expect(read().data?.attachments).toEqual([]);
    expect(errors([{ ...uploaded, contentId: 'logo' }], { html: '<img src="cid:logo">' })).toEqual([]);
  });

  it.each<[string, object[], string[]]>([
    ['bytes in place of a part', [{ filename: 'a.pdf', contentType: 'application/pdf', content: 'AAAA' }], ['/attachments/0/part']],
    ['a name that no part has', [{ ...uploaded, part: 'file 1' }], ['/attachments/0/part']],
    ['one part for two', [uploaded, stored, uploaded], ['/attachments/2/part']],
    ['one content id for two', ['f1', 'f2'].map((part) => ({ ...uploaded, part, contentId: 'logo' })), ['/attachments/1/contentId']],
    ['an empty list', [], ['/attachments']],
    ['more than are taken', Array.from({ length: 21 }, (_, index) => ({ ...uploaded, part: `f${index}` })), ['/attachments']],
    ['stored documents that are too large', [{ ...stored, size: 26 * 1024 * 1024 }], ['/attachments']],
  ])('is refused with %s', (_name, attachments, pointers) => expect(errors(attachments)).toEqual(pointers));

  it('may not name documents of another team', () => {
    expect(foreignRefs('acme', [uploaded, stored])).toEqual([]);
    expect(foreignRefs('other', [uploaded, stored]).map(({ pointer }) => pointer)).toEqual(['/attachments/1/ref']);
  });
});
