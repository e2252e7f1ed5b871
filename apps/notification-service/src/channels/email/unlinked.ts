/** Makes an address of the dotted quads of which some readers of mail make links. */
const QUAD = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;
// What comes before a name in an address; the last are schemes that need no slashes and begin with digits.
const SCHEME = /(?<=\p{L}):(?=[^\s\d])|(?<=\b(?:tel|sms|callto|skype|facetime)):/giu;
// A dot before a letter, or before what is not seen or stands for a letter; and the signs that browsers take for a dot.
const DOT = /\.(?=[\p{L}\p{M}\p{Cf}%])|[。．｡]/gu;
const SHARE = /\\{2,}/g;

/**
 * Text in which no reader of mail finds anything to be opened: `https://evil.example` is `https[:]//evil[.]example`. It can still be
 * read and typed. Alerts are letters in the platform's name, and others' words in them must not lead anywhere.
 */
export const unlinked = (text: string): string =>
  text
    .replace(QUAD, (address) => address.replaceAll('.', '[.]'))
    .replace(SCHEME, '[:]')
    .replace(DOT, '[.]')
    .replace(SHARE, '\\');
