// The process of a rehearsal: composes the given delivery, and answers if it survives.
import { composeMessage } from '@billing-mail/mail-core';
import { loadSigningKey } from '../documents/signing-key.js';
import { MemoryBudget } from '../documents/memory-budget.js';
import { openDocumentStore } from '../documents/open-document-store.js';
import { sha256Of } from '../documents/sha256.js';
import { Messages } from '../trying/messages.js';
import { BEAT_MS, type RehearsalSetup, type RehearsalTask, type RehearsalWord } from './rehearsal-words.js';

/** Sends a word to the parent. If the parent is gone, the process ends. */
const say = (word: RehearsalWord): void => void process.send?.(word, (error: Error | null) => error && process.exit());

// Only the parent ends this process. A terminal signals the whole process group, so such signals are ignored.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());

process.once('message', (setup: RehearsalSetup) => {
  const messages = new Messages(
    openDocumentStore(setup.DOCUMENT_STORE_URL),
    loadSigningKey(setup),
    // Private keys of teams stay in the dispatcher, so mail of teams is composed unsigned here. That is enough: it is the document that may
    // kill the process.
    { identityFor: () => Promise.resolve(null) },
    new MemoryBudget(setup.DISPATCH_MEMORY),
    // Composed here and not on a thread, so that a message on which composing gets stuck stops the beats.
    {
      compose: async (draft, identity) => {
        const body = await composeMessage(draft, identity);
        return { body, sha256: sha256Of(body) };
      },
    },
  );
  process.on('message', (task: RehearsalTask) => void compose(messages, task).then(() => say('done')));
  setInterval(() => say('beat'), BEAT_MS);
  say('ready');
});

/** Composes the message to its last byte. Ignores a failure that does not kill the process: the real try meets and reports it as well. */
async function compose(messages: Messages, { delivery, route }: RehearsalTask): Promise<void> {
  try {
    const { body, done } = await messages.prepare(delivery, route);
    if (typeof body === 'function') for await (const _block of body());
    done();
  } catch {
    return;
  }
}
