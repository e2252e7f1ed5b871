// The MIME tree of a message, flattened into pieces in the order of writing: text as it stands, and files that are still to be encoded.
import { createHash } from 'node:crypto';
import MimeNode from 'nodemailer/lib/mime-node';
import { refuseLineEnds, refuseUnfitBlock, UnsafeHeaderError } from './header-field.js';
import { type DraftAttachment, type MessageDraft } from './message-draft.js';
import { encodeText } from './transfer-encoding.js';

/** What a message is written from: text on the wire, or a file, which becomes lines of base64 with a line end before each. */
export type Piece = string | DraftAttachment;

const CRLF = '\r\n';

/**
 * Returns `mixed(alternative(text, related(html, inline files…)), files…)`, without the levels that would hold only one part. A single
 * piece is a text alone, which does not end with a line end; several pieces are a multipart, which does.
 */
export function contentPieces({ text, html, attachments, boundarySeed }: MessageDraft): Piece[] {
  const isInline = ({ contentId }: DraftAttachment): boolean => html !== null && contentId !== undefined;
  const files = attachments.filter((file) => !isInline(file)).map((file) => filePart(file, 'attachment'));
  const boundary = boundariesOf(boundarySeed);
  if (html === null) return multipart('mixed', boundary(1), [textPart('plain', text, files.length === 0), ...files]);
  // Levels are counted from the outside inwards.
  const level = files.length === 0 ? 1 : 2;
  const inline = attachments.filter(isInline).map((file) => filePart(file, 'inline'));
  const shown = multipart('related; type="text/html"', boundary(level + 1), [textPart('html', html), ...inline]);
  const bodies = multipart('alternative', boundary(level), [textPart('plain', text), shown]);
  return multipart('mixed', boundary(1), [bodies, ...files]);
}

/** Returns the texts around the signed content (RFC 8551 3.5.3): `before` and `after` it, and `end` after the lines of the signature. */
export function signedShell({ boundarySeed }: MessageDraft): { before: string; after: string; end: string } {
  const boundary = boundariesOf(`signed ${boundarySeed}`)(2);
  const type = `multipart/signed; protocol="application/pkcs7-signature";${CRLF} micalg=sha-256; boundary="${boundary}"`;
  const signatureFields = [
    'Content-Type: application/pkcs7-signature; name=smime.p7s',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename=smime.p7s',
  ];
  return {
    before: `Content-Type: ${type}${CRLF}${CRLF}--${boundary}${CRLF}`,
    // The line end before a boundary belongs to the boundary and is not signed (RFC 1847 2.1).
    after: `${CRLF}--${boundary}${CRLF}${signatureFields.join(CRLF)}${CRLF}`,
    end: `${CRLF}--${boundary}--${CRLF}`,
  };
}

/** A single part needs no multipart around it. */
function multipart(subtype: string, boundary: string, parts: Piece[][]): Piece[] {
  const [first = [], ...others] = parts;
  if (others.length === 0) return first;
  return [
    `Content-Type: multipart/${subtype};${CRLF} boundary="${boundary}"${CRLF}${CRLF}`,
    ...parts.flatMap((part) => [`--${boundary}${CRLF}`, ...part, CRLF]),
    `--${boundary}--${CRLF}`,
  ];
}

// "=_" can't occur in quoted-printable or base64 (RFC 2045 6.7), so no line of a body can be taken for a boundary.
function boundariesOf(seed: string): (number: number) => string {
  const own = createHash('sha256').update(seed).digest('hex').slice(0, 32);
  return (number) => `=_-${own}-Part_${number}`;
}

function textPart(subtype: 'plain' | 'html', text: string, isAlone = false): Piece[] {
  const { encoding, body } = encodeText(text);
  const fields = [`Content-Type: text/${subtype}; charset=utf-8`, `Content-Transfer-Encoding: ${encoding}`];
  // No mail reader minds the order. Messages that were sent earlier have this one, and their bytes must come out the same again.
  if (isAlone) fields.reverse();
  return [`${fields.join(CRLF)}${CRLF}${CRLF}${body}`];
}

// nodemailer gives a root a Date and a Message-ID, which no part may have.
const NO_ROOT = { rootNode: new MimeNode('multipart/mixed'), baseBoundary: 'none' };

// The fields are nodemailer's work: it knows how to encode a file name so that old and new readers understand it (RFC 2231, RFC 2047).
function filePart(file: DraftAttachment, disposition: 'inline' | 'attachment'): Piece[] {
  const node = new MimeNode(encodableType(file.contentType), { ...NO_ROOT, filename: refuseLineEnds('a file name', file.filename) });
  if (disposition === 'inline') node.setHeader('Content-Id', `<${vettedContentId(file.contentId)}>`);
  node.setHeader('Content-Transfer-Encoding', 'base64');
  node.setHeader('Content-Disposition', disposition);
  return [refuseUnfitBlock(node.buildHeaders() + CRLF), file];
}

/**
 * Composite types must not be base64 (RFC 2046 5.1.1, 5.2.1), and without it their bytes would not survive. So they go out as plain files.
 */
function encodableType(contentType: string): string {
  if (!/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(contentType)) throw new UnsafeHeaderError('a content type is not a valid media type');
  return /^(?:multipart|message)\//i.test(contentType) ? 'application/octet-stream' : contentType;
}

function vettedContentId(contentId = ''): string {
  if (!/^[\w!#$%&'*+./=?^`{|}~@-]+$/.test(contentId))
    throw new UnsafeHeaderError('a content id contains characters that an address cannot have');
  return contentId;
}
