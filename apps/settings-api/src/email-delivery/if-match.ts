import { ProblemException } from '@billing-mail/platform';

export const etagOf = (version: number): string => `"${version}"`;

/** The ETags that the caller accepts; `any` is `If-Match: *`, which only requires that something is stored. */
export type IfMatch = 'any' | readonly string[];

/**
 * Reads an If-Match header (RFC 9110, 13.1.1). Returns `null` if there is none. Weak tags stay in the list and match nothing, as the RFC
 * requires.
 * @throws ProblemException 400 if it is neither `*` nor a list of entity tags
 */
export function readIfMatch(header: string | undefined): IfMatch | null {
  if (header === undefined) return null;
  if (header.trim() === '*') return 'any';
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) return tags;
  throw new ProblemException(400, 'if-match', 'If-Match must be "*" or the ETag that GET answered, with its quotes, such as "7".');
}

/** Whether the stored version (`null`: nothing is stored) is one that the caller wants to replace. */
export function isMatch(ifMatch: IfMatch, version: number | null): boolean {
  return version !== null && (ifMatch === 'any' || ifMatch.includes(etagOf(version)));
}
