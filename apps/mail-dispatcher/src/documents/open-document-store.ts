import { type DocumentStore } from './document-store.js';
import { FolderDocumentStore } from './folder-document-store.js';

/** The store of a `DOCUMENT_STORE_URL`. */
export function openDocumentStore(url: string): DocumentStore {
  return new FolderDocumentStore(decodeURIComponent(url.replace(/^file:(\/\/)?/, '')));
}
