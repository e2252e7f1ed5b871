/** What a check knows of a document before it reads it. */
export type NamedDocument = { filename: string; contentType: string };

/** Bytes in order, from the start whenever they are asked for; the first block has the first KiB, or all of a shorter document. */
export type Blocks = () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** What is in a document of a team, which waits for its turn where reading takes long; all of its bytes where they are in memory. */
export type Content = { teamId: string; bytes?: Buffer; blocks: Blocks };

/**
 * One thing that a document must be. What is wrong is said to its sender, `null` when nothing is; what can't be judged is nothing wrong. A check by the
 * beginning costs nothing; one that has to read a document is for the kinds that need it, and says without a wait that this one does not.
 */
export type DocumentCheck = {
  isFor(document: NamedDocument): boolean;
  /** Of the first KiB, or all of a shorter document. */
  problemAtBeginning?(beginning: Buffer): string | null;
  /** Gives the event loop its turn in between where a document is large. */
  problemInside?(document: NamedDocument, content: Content): Promise<string | null> | null;
};

/** Upper case makes no other type. */
export const mediaType = ({ contentType }: NamedDocument): string => contentType.toLowerCase();
