/** `domainToASCII` of Node.js by the browser's own URL parser, which follows the same standard. Returns '' if the text is no domain. */
export function domainToASCII(domain: string): string {
  return URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : '';
}
