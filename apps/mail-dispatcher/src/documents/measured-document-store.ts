import { documentStoreSeconds } from '../records/dispatcher.metrics.js';
import { type DocumentStore } from './document-store.js';

/** Methods that only wait for the store. The duration of the others also depends on how fast somebody sends or reads. */
const MEASURED: ReadonlySet<string | symbol> = new Set<keyof DocumentStore>(['put', 'read', 'sizeOf', 'remove', 'check']);

/** Returns the same store, with its durations recorded in the metrics. */
export function measured(store: DocumentStore): DocumentStore {
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const work = (member as (...args: unknown[]) => Promise<unknown>).bind(target);
      return MEASURED.has(name) ? (...args: unknown[]) => timedBy(String(name), work(...args)) : work;
    },
  });
}

async function timedBy<T>(operation: string, work: Promise<T>): Promise<T> {
  const ended = documentStoreSeconds.startTimer({ operation });
  try {
    const result = await work;
    ended({ result: 'ok' });
    return result;
  } catch (error) {
    ended({ result: 'failed' });
    throw error;
  }
}
