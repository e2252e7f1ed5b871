// The MIME tree of a message as data: encoded header blocks and bodies that open when they are written.
import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
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
  const { text, html, attachments } = draft;
  const bodies = [textBody('plain', text), ...(html === null ? [] : [textBody('html', html)]), ...attachments.map(attachmentBody)];
  const part = partOf(compile(draft), bodies);
  if (bodies.length > 0) throw new Error('nodemailer made fewer parts than there are');
  return part;
}

/** The content wrapped for signing (RFC 8551 3.5.3). */
export function signedShell(draft: MessageDraft): SignedShell {
  // Never written itself: nodemailer gives a root a Date and a Message-ID, which no part may have.
  const root = new MimeNode('multipart/mixed', boundariesOf(`signed ${draft.boundarySeed}`));
  const node = root.createChild('multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256');
  const headers = node.buildHeaders();
  const signature = node.createChild('application/pkcs7-signature', { filename: 'smime.p7s' }).setHeader([
    { key: 'Content-Transfer-Encoding', value: 'base64' },
    { key: 'Content-Disposition', value: 'attachment' },
  ]);
  return { headers, boundary: boundaryOf(node), content: contentPart(draft), signatureHeaders: signature.buildHeaders() };
}

/** The tree as nodemailer lays it out. It knows names and types only; the bodies are ours, because they are encoded and hashed as a stream. */
function compile({ html, attachments, messageId, date, boundarySeed }: MessageDraft): MimeNode {
  return new MailComposer({
    // Any text: an empty one would be left out.
    text: 'text',
    ...(html === null ? {} : { html: 'html' }),
    attachments: attachments.map(({ filename, contentType }) => ({
      filename: refuseLineEnds('a file name', filename),
      contentType: encodableType(contentType),
      contentDisposition: 'attachment' as const,
      contentTransferEncoding: 'base64' as const,
      content: '',
    })),
    // Not taken over from the root, but made up at random when they are missing.
    messageId,
    date,
    ...boundariesOf(boundarySeed),
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
}

function boundariesOf(seed: string): { baseBoundary: string; boundaryPrefix: string } {
  return {
    baseBoundary: createHash('sha256').update(seed).digest('hex').slice(0, BOUNDARY_SEED_CHARACTERS),
    boundaryPrefix: BOUNDARY_PREFIX,
  };
}

/** Node by node, in the order of writing; each leaf gets the next body. */
function partOf(node: MimeNode, bodies: Body[]): Part {
  if (node.childNodes.length > 0) {
    // The boundary is made with the header.
    const headers = contentFields(node);
    return { headers, boundary: boundaryOf(node), children: node.childNodes.map((child) => partOf(child, bodies)) };
  }
  const body = bodies.shift();
  if (body === undefined) throw new Error('nodemailer made more parts than there are');
  if (body.contentType !== null) node.setHeader('Content-Type', body.contentType);
  node.setHeader('Content-Transfer-Encoding', body.encoding);
  return { headers: contentFields(node), body: body.open };
}

/** The fields that describe a part; the others that nodemailer gives a root are those of the message and stand in its header. */
function contentFields(node: MimeNode): string {
  return node
    .buildHeaders()
    .split(/\r\n(?![ \t])/)
    .filter((field) => /^content-/i.test(field))
    .join('\r\n');
}

function boundaryOf(node: MimeNode): string {
  if (typeof node.boundary !== 'string') throw new Error('a multipart node got no boundary');
  return node.boundary;
}

/** How a leaf is written; `contentType` where nodemailer could not know it. */
type Body = { contentType: string | null; encoding: string; open: () => AsyncIterable<Uint8Array> };

function textBody(subtype: 'plain' | 'html', text: string): Body {
  const { encoding, body } = encodeText(text);
  return { contentType: `text/${subtype}; charset=utf-8`, encoding, open: () => once(Buffer.from(body, 'latin1')) };
}

const attachmentBody = (attachment: DraftAttachment): Body => ({
  contentType: null,
  encoding: 'base64',
  open: () => base64Lines(ofExactSize(attachment)),
});

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
