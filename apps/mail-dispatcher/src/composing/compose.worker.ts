// Runs in a thread of its own, so that encoding, hashing and signing large documents never hold up the event loop.
import { streamMessage } from '@billing-mail/mail-core';
import { type StoredBlob, openDocumentStore } from '../gathering/document-store.js';
import { type ComposeTask } from './compose-task.js';

/** Composes a message into the document store; what is sent later are these very bytes. */
export async function compose({ documentStoreUrl, draft, attachments, identity }: ComposeTask): Promise<StoredBlob> {
  const store = openDocumentStore(documentStoreUrl);
  const opened = attachments.map(({ filename, contentType, size, sha256 }) => ({
    filename,
    contentType,
    size,
    content: () => store.open(sha256),
  }));
  return store.put(streamMessage({ ...draft, attachments: opened }, identity).blocks);
}
