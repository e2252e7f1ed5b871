// Reads the files embedded in a PDF, on a thread of its own: opening a large PDF takes a second, which would block this process.
import path from 'node:path';
import { Turns } from '@billing-mail/platform';
import { Piscina } from 'piscina';
import { type Blocks } from './document-check.js';

export type FoundInvoice = { name: string; data: Uint8Array };

/** The compiled program, which is used even if tests run from the sources. */
const PROGRAM = path.resolve(__dirname, '..', '..', '..', 'dist', 'documents', 'checks', 'pdf-files.program.js');
/** Loading the library takes a third of a second, so the thread is kept for a while. */
const KEPT_MS = 60_000;
/** A PDF that takes longer is not checked. A large one takes a second; one megabyte can be crafted to take minutes. */
const MOST_MS = 15_000;
/** A PDF that needs more memory is not checked either. */
const MOST_HEAP_MB = 256;

const ONE_THREAD = { filename: PROGRAM, minThreads: 0, maxThreads: 1, idleTimeout: KEPT_MS };

let thread: Piscina | undefined;
const turns = new Turns();

/**
 * Returns the electronic invoice among the files of a PDF; `none` if there is none, `null` if that can't be found out. Opens one PDF at a
 * time, and reads its bytes only when its turn has come, so that PDFs that wait take no memory.
 */
export function findInvoiceInside(teamId: string, blocks: Blocks): Promise<FoundInvoice | 'none' | null> {
  return turns.take(teamId, async () => {
    const pdf = await bytesOf(blocks);
    thread ??= new Piscina({ ...ONE_THREAD, resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB } });
    const options = { transferList: [pdf.buffer], signal: AbortSignal.timeout(MOST_MS) };
    return (thread.run(pdf, options) as Promise<FoundInvoice | 'none' | null>).catch(() => null);
  });
}

/** Copies the bytes into one buffer of its own, which can be transferred to the thread. */
async function bytesOf(blocks: Blocks): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of blocks()) pieces.push(piece);
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
