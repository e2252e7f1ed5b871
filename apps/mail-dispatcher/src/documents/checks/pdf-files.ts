// What is inside a PDF, found out on a thread of its own: opening a large one takes a second, in which nothing else could go on here.
import path from 'node:path';
import { Piscina } from 'piscina';
import { type Blocks } from './document-check.js';
import { Turns } from './turns.js';

export type FoundInvoice = { name: string; data: Uint8Array };

/** Compiled, also where the tests run from the sources. */
const PROGRAM = path.resolve(__dirname, '..', '..', '..', 'dist', 'documents', 'checks', 'pdf-files.program.js');
/** The library alone takes a third of a second to load, so the thread stays for a while. */
const KEPT_MS = 60_000;
/** What takes longer to open is left to its readers: a megabyte can be made to take minutes, and a large one takes a second. */
const MOST_MS = 15_000;
/** And so is what makes more objects than there is room for beside the rest of the service. */
const MOST_HEAP_MB = 256;

const ONE_THREAD = { filename: PROGRAM, minThreads: 0, maxThreads: 1, idleTimeout: KEPT_MS };

let thread: Piscina | undefined;
const turns = new Turns();

/**
 * The electronic invoice among the files of a PDF, `none` where there is none, `null` where that can't be told. One PDF at a time, and its bytes are
 * read when its turn comes, so that those that wait take no memory.
 */
export function findInvoiceInside(teamId: string, blocks: Blocks): Promise<FoundInvoice | 'none' | null> {
  return turns.take(teamId, async () => {
    const pdf = await bytesOf(blocks);
    thread ??= new Piscina({ ...ONE_THREAD, resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB } });
    const options = { transferList: [pdf.buffer], signal: AbortSignal.timeout(MOST_MS) };
    return (thread.run(pdf, options) as Promise<FoundInvoice | 'none' | null>).catch(() => null);
  });
}

/** In memory of their own, which can be handed to another thread. */
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
