/**
 * References (RFC 2392) by which HTML shows something: in attributes and in `url(…)` of styles. "cid:" in plain text is not a reference.
 */
const REFERENCE = /(?:\b(?:src|srcset|background|poster|data|href)\s*=|\burl\()\s*(?:["']\s*)?cid:([^"'\s>)]+)/gi;

/** Returns the content ids that HTML shows and no attachment has. */
export function missingContentIds(html: string, attachments: readonly { contentId?: string | undefined }[]): string[] {
  if (!/cid:/i.test(html)) return [];
  const shown = new Set(Array.from(html.matchAll(REFERENCE), ([, id = '']) => decoded(id)));
  for (const { contentId } of attachments) if (contentId !== undefined) shown.delete(contentId);
  return [...shown];
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
