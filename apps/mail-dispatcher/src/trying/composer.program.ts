// The thread that composes messages.
import { composeMessage, type DraftAttachment, type SigningIdentity } from '@billing-mail/mail-core';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { sha256Of } from '../documents/sha256.js';
import { type ComposerTask } from './composer.js';

/** As many keys as the dispatcher keeps open. */
const MOST_KEPT = 1000;
const identities = new Map<string, SigningIdentity>();

export default async function compose({ draft, identity }: ComposerTask): Promise<ReturnType<typeof move>> {
  const attachments = draft.attachments.map(received);
  const composed = await composeMessage({ ...draft, attachments }, identity === null ? null : sameAs(identity));
  // A small buffer shares its memory with others and must be copied, because memory is handed over as a whole.
  const body = composed.buffer.byteLength === composed.length ? composed : Uint8Array.from(composed);
  return move({ [transferableSymbol]: [body.buffer], [valueSymbol]: { body, sha256: sha256Of(composed) } });
}

/** Each task brings a copy of its identity. One copy is kept, because the constant parts of its signatures are built only once. */
function sameAs(copy: SigningIdentity): SigningIdentity {
  const name = sha256Of(Buffer.concat([copy.certificateDer, ...copy.chainDer]));
  const known = identities.get(name);
  if (known !== undefined) return known;
  const [oldest] = identities.keys();
  if (identities.size >= MOST_KEPT && oldest !== undefined) identities.delete(oldest);
  identities.set(name, copy);
  return copy;
}

/** A Buffer arrives as the bytes that it is made of. */
const received = ({ content, ...file }: DraftAttachment): DraftAttachment => ({
  ...file,
  content: content instanceof Uint8Array ? Buffer.from(content.buffer, content.byteOffset, content.length) : content,
});
