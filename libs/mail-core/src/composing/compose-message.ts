// From a draft to the bytes on the wire, as a stream: an attachment is encoded, hashed and handed on block by block.
import { createHash } from 'node:crypto';
import { createDetachedSignature } from '../signing/detached-signature.js';
import { type SigningIdentity } from '../signing/signing-identity.js';
import { mailboxField, structuredField, textField, UnsafeHeaderError } from './header-field.js';
import { type MessageDraft } from './message-draft.js';
import { contentPart, type Part, type SignedShell, signedShell } from './message-parts.js';
import { encodeLines } from './transfer-encoding.js';

const CRLF = '\r\n';
// RFC 5322 2.1.1
const LONGER_THAN_A_LINE = /[^\r\n]{999}/;

// Small pieces (headers, boundaries) are joined up to this size; each block becomes one write to a socket or a file.
const BLOCK_BYTES = 64 * 1024;

/**
 * The message of `draft` (RFC 5322, CRLF, 7-bit, ends with a line end), signed when there is an `identity`. The same draft and identity
 * give the same bytes. Nothing is held in memory but the texts and one block.
 * Errors: UnsafeHeaderError at once; AttachmentSizeError and whatever `open` throws while the bytes are read.
 */
export function composeMessage(draft: MessageDraft, identity: SigningIdentity | null): AsyncGenerator<Buffer> {
  const header = messageHeader(draft);
  if (identity === null) return inBlocks(unsignedMessage(header, contentPart(draft)));
  return inBlocks(signedMessage(header, signedShell(draft), draft.date, identity));
}

function messageHeader(draft: MessageDraft): string {
  if (!/^<[^\s<>@]+@[^\s<>@]+>$/.test(draft.messageId)) throw new UnsafeHeaderError('Message-ID has not the form <left@right>');
  const fields = [
    mailboxField('From', [draft.from]),
    draft.replyTo === null ? '' : mailboxField('Reply-To', [{ address: draft.replyTo }]),
    draft.to.length === 0 ? '' : mailboxField('To', draft.to),
    draft.cc.length === 0 ? '' : mailboxField('Cc', draft.cc),
    textField('Subject', draft.subject),
    structuredField('Date', draft.date.toUTCString().replace('GMT', '+0000')),
    structuredField('Message-ID', draft.messageId),
    draft.deliveryId === null ? '' : structuredField('X-Billing-Delivery', draft.deliveryId),
    draft.autoSubmitted === true ? structuredField('Auto-Submitted', 'auto-generated') : '',
    structuredField('MIME-Version', '1.0'),
  ];
  return fields.join('');
}

async function* unsignedMessage(header: string, content: Part): AsyncGenerator<Uint8Array> {
  yield ascii(header);
  yield* writePart(content);
  // A multipart ends with a line end of its own; the end of data (RFC 5321 4.1.1.4) must follow one.
  if ('body' in content) yield ascii(CRLF);
}

async function* signedMessage(
  header: string,
  { headers, boundary, content, signatureHeaders }: SignedShell,
  signingTime: Date,
  identity: SigningIdentity,
): AsyncGenerator<Uint8Array> {
  yield ascii(`${header}${headers}${CRLF}${CRLF}--${boundary}${CRLF}`);
  // Signed is the part with its header, up to but not with the line end that belongs to the next boundary (RFC 1847 2.1).
  const digest = createHash('sha256');
  for await (const bytes of writePart(content)) {
    digest.update(bytes);
    yield bytes;
  }
  const signature = await createDetachedSignature(digest.digest(), signingTime, identity);
  yield ascii(`${CRLF}--${boundary}${CRLF}${signatureHeaders}${CRLF}${CRLF}`);
  yield encodeLines(signature);
  yield ascii(`${CRLF}--${boundary}--${CRLF}`);
}

async function* writePart(part: Part): AsyncGenerator<Uint8Array> {
  yield ascii(`${part.headers}${CRLF}${CRLF}`);
  if ('body' in part) {
    yield* part.body();
    return;
  }
  for (const child of part.children) {
    yield ascii(`--${part.boundary}${CRLF}`);
    yield* writePart(child);
    yield ascii(CRLF);
  }
  yield ascii(`--${part.boundary}--${CRLF}`);
}

function ascii(text: string): Buffer {
  // Header blocks are so by construction for all input that the contracts allow. Other input must not go out altered in silence.
  // eslint-disable-next-line no-control-regex -- exactly what is not 7-bit
  if (/[^\x00-\x7f]/.test(text)) throw new UnsafeHeaderError('a header is not ASCII');
  if (LONGER_THAN_A_LINE.test(text)) throw new UnsafeHeaderError('a header has a line of more than 998 characters');
  return Buffer.from(text, 'latin1');
}

async function* inBlocks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
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
