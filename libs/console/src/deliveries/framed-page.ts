// The HTML of a mail as a page for a frame: nothing in it runs, and nothing comes from elsewhere, so that nobody is counted for looking at it.

/** What the frame would refuse to run or load; it is removed so that the browser's console is not full of refusals. */
const REFUSED = 'script, link, meta, base, iframe, object, embed, video, audio, source';

/** The frame's own policy; the policy of the page around it applies as well. */
const RULES = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The frame has the policy of the page around it, by which only styles with its `nonce` count: those of attributes become rules of such a style. */
export function toFramedPage(html: string, nonce: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const element of page.querySelectorAll(REFUSED)) element.remove();
  for (const image of page.querySelectorAll('img')) image.replaceWith(image.alt);
  for (const style of page.querySelectorAll('style')) style.setAttribute('nonce', nonce);
  const rules = [...page.querySelectorAll('[style]')].map((element, index) => {
    const declarations = element.getAttribute('style') ?? '';
    element.removeAttribute('style');
    element.setAttribute('data-styled', String(index));
    return `[data-styled="${index}"] { ${declarations} }`;
  });
  const styles = page.createElement('style');
  styles.setAttribute('nonce', nonce);
  styles.textContent = rules.join('\n');
  page.head.append(styles);
  const policy = page.createElement('meta');
  policy.setAttribute('http-equiv', 'Content-Security-Policy');
  policy.setAttribute('content', RULES);
  page.head.prepend(policy);
  return `<!doctype html>${page.documentElement.outerHTML}`;
}
