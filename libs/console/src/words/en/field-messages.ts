// Messages about fields come in English, from the rules that the page shares with the services. This file says those that were written for
// programs in words for those who fill in the form.

/** What a language says for the messages about fields; `patterns` are those that contain a number or a list. */
export type FieldMessages = {
  plain: ReadonlyMap<string, string>;
  patterns: readonly { message: RegExp; say: (...groups: string[]) => string }[];
};

const plain: FieldMessages['plain'] = new Map([
  [
    'must be "tls" or "starttls" with a password, which would otherwise travel in clear',
    'must be TLS or STARTTLS, or others could read the password on its way',
  ],
  ['is needed when "sender" is "custom"', 'is needed for your own mail server'],
  ['has broken Unicode (a lone surrogate); send valid UTF-8', 'has a damaged character; type it again'],
  ['is needed: no person signs in whose mailbox it would be', 'needed when the app signs in by itself'],
  ['is needed: no person signs in whose directory it would be', 'needed when the app signs in by itself'],
  ['is needed: without a person a team signs in by an app of its own', 'needed when the app signs in by itself'],
  ['must be the id or a domain of the directory', 'must be the ID or a domain of the directory'],
  ['is damaged; copy the certificate once more, whole', 'the certificate is damaged; copy the whole certificate once more'],
  [
    'is no PKCS#12 file, or a damaged one; export the certificate with its key as .p12 or .pfx once more',
    'the file is not a PKCS#12 file, or is damaged; export the certificate with its key as .p12 or .pfx once more',
  ],
  [
    'is PEM; export certificate and key together as PKCS#12 (.p12 or .pfx)',
    'the file is in PEM format; export certificate and key together as PKCS#12 (.p12 or .pfx)',
  ],
  [
    'must be a host name such as smtp.example.com, without "https://", port or spaces',
    'must be a host name such as smtp.example.com, without “https://”, port or spaces',
  ],
]);

export const fieldMessages: FieldMessages = { plain, patterns: [] };
