import { type DocumentStore } from './document-store.js';
import { FolderDocumentStore } from './folder-document-store.js';
import { readS3Url, S3DocumentStore } from './s3-document-store.js';

/** The kinds of store by the scheme of the URL. Each throws an Error that says what is wrong with the URL and quotes nothing of it. */
const STORES: Record<string, (url: string) => DocumentStore> = {
  file: (url) => new FolderDocumentStore(decodeURIComponent(url.replace(/^file:(\/\/)?/, ''))),
  s3: (url) => new S3DocumentStore(readS3Url(url)),
};

/**
 * Returns the store of a `DOCUMENT_STORE_URL`, without contacting it.
 * @throws Error that says what is wrong with the URL
 */
export function openDocumentStore(url: string): DocumentStore {
  const open = STORES[url.split(':', 1)[0] ?? ''];
  if (open === undefined) throw new Error('must be "file:" and a folder, or s3://bucket/prefix');
  return open(url);
}
