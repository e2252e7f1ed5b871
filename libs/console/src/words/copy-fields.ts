import { DOCUMENT_TYPES, type DocumentType } from '@billing-mail/contracts';
import { type CopyPointer } from '../email-delivery/type-copies.js';

/** Returns the names of the lists of copies of each document type. */
export const copyFields = (name: (list: 'CC' | 'BCC', type: DocumentType) => string): Record<CopyPointer, string> =>
  Object.fromEntries(
    DOCUMENT_TYPES.flatMap((type) => [
      [`/copies/${type}/cc`, name('CC', type)],
      [`/copies/${type}/bcc`, name('BCC', type)],
    ]),
  ) as Record<CopyPointer, string>;
