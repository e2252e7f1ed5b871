// Turns a draft into the bytes on the wire: all at once for the usual message, block by block for a large one.
import { createHash } from 'node:crypto';
import { createDetachedSignature, detachedSignatureSize } from '../signing/detached-signature.js';
import { type SigningIdentity } from '../signing/signing-identity.js';
import { AttachmentSizeError, type DraftAttachment, type MessageDraft } from './message-draft.js';
import { messageHeader } from './message-header.js';
import { contentPieces, type Piece, signedShell } from './message-parts.js';
import { base64Lines, base64LinesSize, streamBase64Lines, writeBase64Lines } from './transfer-encoding.js';

const CRLF = '\r\n';

// Small pieces (headers, boundaries) are joined up to this size; each block becomes one write to a socket or a file.
const BLOCK_BYTES = 64 * 1024;

/**
 * Composes the message of `draft` (RFC 5322, CRLF, 7-bit, ends with a line end), signed if there is an `identity`. The same draft and
 * identity give the same bytes.
 * @throws TypeError if an attachment is not a Buffer, UnsafeHeaderError, AttachmentSizeError
 */
export async function composeMessage(draft: MessageDraft, identity: SigningIdentity | null): Promise<Buffer> {
  const { before, content, after, end, size } = layOut(draft, identity);
  const message = Buffer.allocUnsafe(size);
  const contentAt = message.write(before, 'latin1');
  const contentEnd = content.reduce((at, piece) => writePiece(message, at, piece), contentAt);
  let at = contentEnd + message.write(after, contentEnd, 'latin1');
  if (identity !== null) {
    const digest = createHash('sha256').update(message.subarray(contentAt, contentEnd)).digest();
    at = writeBase64Lines(message, at, await createDetachedSignature(digest, draft.date, identity));
  }
  message.write(end, at, 'latin1');
  return message;
}

/**
 * Composes the bytes of `composeMessage`, with only the texts and one block in memory at a time. `size` is exact, so a server can be told
 * before the first block is made.
 * @throws UnsafeHeaderError at once; while the blocks are read, AttachmentSizeError and whatever opening a content throws
 */
export function streamMessage(draft: MessageDraft, identity: SigningIdentity | null): { size: number; blocks: AsyncGenerator<Buffer> } {
  const layout = layOut(draft, identity);
  return { size: layout.size, blocks: inBlocks(written(layout, draft.date, identity)) };
}

/** A message with a place for the signature. The signature covers `content` and goes between `after` and `end`. */
type Layout = { before: string; content: Piece[]; after: string; end: string; size: number };

function layOut(draft: MessageDraft, identity: SigningIdentity | null): Layout {
  const header = messageHeader(draft);
  const content = contentPieces(draft);
  // A multipart ends with a line end of its own; a text alone needs one, because the end of data (RFC 5321 4.1.1.4) must follow a line end.
  const shell = identity === null ? { before: '', after: content.length === 1 ? CRLF : '', end: '' } : signedShell(draft);
  const before = header + shell.before;
  const signatureSize = identity === null ? 0 : base64LinesSize(detachedSignatureSize(draft.date, identity));
  const contentSize = content.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece.length : base64LinesSize(piece.size)), 0);
  return { ...shell, before, content, size: before.length + contentSize + shell.after.length + signatureSize + shell.end.length };
}

function writePiece(message: Buffer, at: number, piece: Piece): number {
  if (typeof piece === 'string') return at + message.write(piece, at, 'latin1');
  if (typeof piece.content === 'function')
    throw new TypeError('composeMessage accepts only Buffers; use streamMessage for attachments that have to be opened');
  if (piece.content.length !== piece.size) throw wrongSize(piece, piece.content.length);
  return writeBase64Lines(message, at, piece.content);
}

async function* written({ before, content, after, end }: Layout, date: Date, identity: SigningIdentity | null): AsyncGenerator<Buffer> {
  yield Buffer.from(before, 'latin1');
  const digest = createHash('sha256');
  for (const piece of content) {
    for await (const bytes of typeof piece === 'string' ? [Buffer.from(piece, 'latin1')] : streamBase64Lines(contentOf(piece))) {
      if (identity !== null) digest.update(bytes);
      yield bytes;
    }
  }
  yield Buffer.from(after, 'latin1');
  if (identity !== null) yield base64Lines(await createDetachedSignature(digest.digest(), date, identity));
  yield Buffer.from(end, 'latin1');
}

async function* contentOf(file: DraftAttachment): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of typeof file.content === 'function' ? file.content() : [file.content]) {
    bytes += chunk.length;
    if (bytes > file.size) break;
    yield chunk;
  }
  if (bytes !== file.size) throw wrongSize(file, bytes);
}

function wrongSize({ size }: DraftAttachment, bytes: number): AttachmentSizeError {
  return new AttachmentSizeError(`an attachment of ${size} bytes gave ${bytes > size ? 'more' : bytes}`);
}

async function* inBlocks(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < BLOCK_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}
