/** IPv4 addresses, which some mail programs turn into links. */
const QUAD = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;
// The colon after a scheme. The last alternative covers schemes without slashes whose rest begins with digits.
const SCHEME = /(?<=\p{L}):(?=[^\s\d])|(?<=\b(?:tel|sms|callto|skype|facetime)):/giu;
// A dot before a letter, or before an invisible or encoded character; and other characters that browsers treat as a dot.
const DOT = /\.(?=[\p{L}\p{M}\p{Cf}%])|[。．｡]/gu;
const SHARE = /\\{2,}/g;

/**
 * Changes text so that mail programs find no links in it, while people can still read and type it: `https://evil.example` becomes
 * `https[:]//evil[.]example`. Alerts are e-mails in the platform's name, so text from outside must not lead anywhere.
 */
export const unlinked = (text: string): string =>
  text
    .replace(QUAD, (address) => address.replaceAll('.', '[.]'))
    .replace(SCHEME, '[:]')
    .replace(DOT, '[.]')
    .replace(SHARE, '\\');
