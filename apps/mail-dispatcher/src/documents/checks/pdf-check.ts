import { type DocumentCheck, mediaType, type NamedDocument } from './document-check.js';

/** Adobe's readers accept a PDF with its header within the first KiB (PDF Reference 1.7, appendix H, note 13). */
export const BEGINNING_BYTES = 1024;

export const isPdf = (document: NamedDocument): boolean => /^application\/(?:x-)?pdf$/.test(mediaType(document));

/** A document declared as a PDF must be one, and not an HTML page that was delivered in its place, such as an error or sign-in page. */
export const PDF_CHECK: DocumentCheck = {
  isFor: isPdf,
  problemAtBeginning(beginning) {
    if (/^(?:\xef\xbb\xbf)?\s*</.test(beginning.toString('latin1'))) return 'is HTML or XML, not a PDF; attach the document itself';
    return beginning.includes('%PDF-') ? null : 'is no PDF: there is no %PDF- in its first KiB';
  },
};
