// The MIME tree of a message as data: encoded header blocks and bodies that open when they are written.
import { createHash } from 'node:crypto';
import MimeNode from 'nodemailer/lib/mime-node';
import { AttachmentSizeError, type DraftAttachment, type MessageDraft } from './message-draft.js';
import { refuseLineEnds, UnsafeHeaderError } from './header-field.js';
import { base64Lines, encodeText } from './transfer-encoding.js';

export type Leaf = { headers: string; body: () => AsyncIterable<Uint8Array> };
export type Multipart = { headers: string; boundary: string; children: Part[] };
export type Part = Leaf | Multipart;

/** The shell of a signed message; the parts in it, content and signature, are written by the composer. */
export type SignedShell = { headers: string; boundary: string; content: Part; signatureHeaders: string };

// "=_" can't occur in quoted-printable or base64 (RFC 2045 6.7), so no line of a body can be taken for a boundary.
const BOUNDARY_PREFIX = '=_';
const BOUNDARY_SEED_CHARACTERS = 32;

/** `multipart/mixed(alternative(text, html), attachments…)`, without the levels that would hold one part only. */
export function contentPart(draft: MessageDraft): Part {
  return addContent(treeOf(draft), draft);
}

/** The content wrapped for signing (RFC 8551 3.5.3). */
export function signedShell(draft: MessageDraft): SignedShell {
  const node = treeOf(draft).createChild('multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256');
  const headers = node.buildHeaders();
  const content = addContent(node, draft);
  const signature = attachmentNode(node, 'smime.p7s', 'application/pkcs7-signature');
  return { headers, boundary: boundaryOf(node), content, signatureHeaders: signature.buildHeaders() };
}

// Never written itself: nodemailer numbers the boundaries by the root, and gives the root a Date and a Message-ID, which no part may have.
function treeOf(draft: MessageDraft): MimeNode {
  const seed = createHash('sha256').update(draft.boundarySeed).digest('hex').slice(0, BOUNDARY_SEED_CHARACTERS);
  return new MimeNode('multipart/mixed', { baseBoundary: seed, boundaryPrefix: BOUNDARY_PREFIX });
}

function addContent(parent: MimeNode, draft: MessageDraft): Part {
  if (draft.attachments.length === 0) return addTexts(parent, draft);
  return multipart(parent, 'multipart/mixed', (node) => [
    addTexts(node, draft),
    ...draft.attachments.map((attachment) => attachmentPart(node, attachment)),
  ]);
}

function addTexts(parent: MimeNode, { text, html }: MessageDraft): Part {
  if (html === null) return textPart(parent, 'text/plain', text);
  return multipart(parent, 'multipart/alternative', (node) => [textPart(node, 'text/plain', text), textPart(node, 'text/html', html)]);
}

function multipart(parent: MimeNode, type: string, childrenOf: (node: MimeNode) => Part[]): Multipart {
  const node = parent.createChild(type);
  return { headers: node.buildHeaders(), boundary: boundaryOf(node), children: childrenOf(node) };
}

function boundaryOf(node: MimeNode): string {
  if (typeof node.boundary !== 'string') throw new Error('a multipart node got no boundary');
  return node.boundary;
}

function textPart(parent: MimeNode, type: string, text: string): Leaf {
  const { encoding, body } = encodeText(text);
  const node = parent.createChild(`${type}; charset=utf-8`).setHeader('Content-Transfer-Encoding', encoding);
  return { headers: node.buildHeaders(), body: () => once(Buffer.from(body, 'latin1')) };
}

function attachmentPart(parent: MimeNode, attachment: DraftAttachment): Leaf {
  const node = attachmentNode(parent, refuseLineEnds('a file name', attachment.filename), encodableType(attachment.contentType));
  return { headers: node.buildHeaders(), body: () => base64Lines(ofExactSize(attachment)) };
}

function attachmentNode(parent: MimeNode, filename: string, contentType: string): MimeNode {
  return parent.createChild(contentType, { filename }).setHeader([
    { key: 'Content-Transfer-Encoding', value: 'base64' },
    { key: 'Content-Disposition', value: 'attachment' },
  ]);
}

/** Composite types may not be base64 (RFC 2046 5.1.1, 5.2.1), without which their bytes would not survive; they go as plain files. */
function encodableType(contentType: string): string {
  if (!/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(contentType)) throw new UnsafeHeaderError('a content type is no media type');
  return /^(?:multipart|message)\//i.test(contentType) ? 'application/octet-stream' : contentType;
}

async function* ofExactSize({ open, size }: DraftAttachment): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of open()) {
    bytes += chunk.length;
    if (bytes > size) break;
    yield chunk;
  }
  if (bytes !== size) throw new AttachmentSizeError(`an attachment of ${size} bytes gave ${bytes > size ? 'more' : bytes}`);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
