/** The two parts of a `multipart/signed` message as a verifier wants them: the signed bytes and the DER of the signature. */
export type SignedParts = { signed: Buffer; signature: Buffer };

/**
 * Splits a message at the boundary in its header (RFC 1847 2.1); the line end before a boundary belongs to the boundary.
 * @throws Error if it is not `multipart/signed` or lacks one of the two parts
 */
export function splitSignedMessage(message: Buffer): SignedParts {
  const header = message
    .subarray(0, message.indexOf('\r\n\r\n'))
    .toString('latin1')
    .replace(/\r\n[ \t]/g, ' ');
  const boundary = /^content-type: *multipart\/signed;.*boundary="([^"]+)"/im.exec(header)?.[1];
  if (boundary === undefined) throw new Error('no multipart/signed message');
  const delimiter = `\r\n--${boundary}`;
  const first = message.indexOf(`${delimiter}\r\n`);
  const second = message.indexOf(`${delimiter}\r\n`, first + delimiter.length);
  const last = message.indexOf(`${delimiter}--`, second + delimiter.length);
  if (first < 0 || second < 0 || last < 0) throw new Error('a multipart/signed message without its two parts');
  const signaturePart = message.subarray(second + delimiter.length + 2, last).toString('latin1');
  return {
    signed: message.subarray(first + delimiter.length + 2, second),
    signature: Buffer.from(signaturePart.slice(signaturePart.indexOf('\r\n\r\n')), 'base64'),
  };
}
