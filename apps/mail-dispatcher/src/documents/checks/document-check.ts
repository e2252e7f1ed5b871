/** What is known of a document before it is read. */
export type NamedDocument = { filename: string; contentType: string };

/** The bytes, read from the start on each call. The first block has at least the first KiB, or all of a shorter document. */
export type Blocks = () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The content of a document; `bytes` is set if all of it is in memory. Long work waits for the team's turn (`Turns`). */
export type Content = { teamId: string; bytes?: Buffer; blocks: Blocks };

/**
 * One requirement for documents. `problemAtBeginning` and `problemInside` return the problem to tell the sender; `null` if there is none,
 * or if that can't be judged. Checking the beginning costs nothing. A whole document is read only if its kind needs it; for all others the
 * check returns `null` at once, without a promise.
 */
export type DocumentCheck = {
  isFor(document: NamedDocument): boolean;
  /** `beginning`: the first KiB, or all of a shorter document. */
  problemAtBeginning?(beginning: Buffer): string | null;
  /** Yields to the event loop while it reads a large document. */
  problemInside?(document: NamedDocument, content: Content): Promise<string | null> | null;
};

/** Media types are case-insensitive (RFC 2045, 5.1). */
export const mediaType = ({ contentType }: NamedDocument): string => contentType.toLowerCase();
