// Turns the HTML of a mail into a page for a frame. Nothing in it runs or comes from elsewhere, so that no sender counts who looks at it.

/** Elements that the frame would refuse to run or load. They are removed so that the browser's console does not fill with refusals. */
const REFUSED = 'script, link, meta, base, iframe, object, embed, video, audio, source';

/** The frame's own Content-Security-Policy; the policy of the page around it applies as well. */
const RULES = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * Returns the HTML as a page for the frame. By the policy of the page around it only styles with its `nonce` count, so that `style`
 * attributes become rules of such a style.
 */
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
