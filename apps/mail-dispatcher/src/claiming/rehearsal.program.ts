// The process of a rehearsal: composes the given delivery, and answers if it survives.
import { loadSigningKey } from '../documents/signing-key.js';
import { MemoryBudget } from '../documents/memory-budget.js';
import { openDocumentStore } from '../documents/open-document-store.js';
import { Messages } from '../trying/messages.js';
import { BEAT_MS, type RehearsalSetup, type RehearsalTask, type RehearsalWord } from './rehearsal-words.js';

/** With nobody to hear it there is nothing left to do. */
const say = (word: RehearsalWord): void => void process.send?.(word, (error: Error | null) => error && process.exit());

// Who opened it ends it, also when a terminal tells the whole group of processes to go.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());

process.once('message', (setup: RehearsalSetup) => {
  const messages = new Messages(
    openDocumentStore(setup.DOCUMENT_STORE_URL),
    loadSigningKey(setup),
    // Keys of teams do not leave their dispatcher; what kills who composes is the document.
    { identityFor: () => Promise.resolve(null) },
    new MemoryBudget(setup.DISPATCH_MEMORY),
  );
  process.on('message', (task: RehearsalTask) => void compose(messages, task).then(() => say('done')));
  setInterval(() => say('beat'), BEAT_MS);
  say('ready');
});

/** As far as the last byte. What fails without killing anybody fails in the try as well, and is told there. */
async function compose(messages: Messages, { delivery, route }: RehearsalTask): Promise<void> {
  try {
    const { body, done } = await messages.prepare(delivery, route);
    if (typeof body === 'function') for await (const _block of body());
    done();
  } catch {
    return;
  }
}
