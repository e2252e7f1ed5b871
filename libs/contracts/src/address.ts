// E-mail addresses as schemas. Everything that reaches an SMTP command or a header has passed them.
import { z } from 'zod';
import { asciiDomain, DISPLAY_NAME, explainAddress, explainRecipient } from './address-rules.js';
import { boundedText, explained, shownLine } from './text.js';

/**
 * An address as it may stand in an SMTP command: dot-atom local part (RFC 5321 4.1.2, without quoted strings), domain in ASCII. A Unicode
 * domain is accepted and converted to its A-labels. Errors say what is wrong and how to correct it.
 */
export const emailAddress = addressBy(explainAddress);

/** The address of a recipient. Letters beyond ASCII before the @, and old forms that really exist, are also accepted. */
export const recipientAddress = addressBy(explainRecipient);

function addressBy(explain: (value: string) => string | null) {
  return boundedText(1000, 'is longer than 254 characters', 254)
    .superRefine(explained(explain))
    .overwrite((value) => {
      const at = value.lastIndexOf('@');
      // RFC 6532 3.1. Without NFC, the same letter written in two ways would make two addresses.
      return `${value.slice(0, at).normalize('NFC')}@${asciiDomain(value.slice(at + 1)) ?? ''}`;
    });
}

export const displayName = shownLine(DISPLAY_NAME);

/** One address with an optional display name. */
export const mailbox = z.strictObject({ address: recipientAddress, name: displayName.optional() }, 'must be an object with "address"');
export type Mailbox = z.infer<typeof mailbox>;
