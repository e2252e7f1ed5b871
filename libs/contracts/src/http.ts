// Shapes that all HTTP interfaces share: errors, lists, tokens.
import { z } from 'zod';
import { teamId, userId } from './identifiers.js';

/** One wrong field: JSON pointer (RFC 6901) and what to do about it. */
export const fieldError = z.object({ pointer: z.string(), message: z.string() });
export type FieldError = z.infer<typeof fieldError>;

/** RFC 9457 problem details. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  requestId: z.string(),
  errors: z.array(fieldError).optional(),
});
export type Problem = z.infer<typeof problem>;

export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });
export type Page<T> = { items: T[]; nextCursor: string | null };

/** Query of every list: how many (1 to 200) and from where. */
export const pageQuery = z.object({
  limit: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be 1 to 200')
    .max(200, 'must be 1 to 200')
    .default(50),
  cursor: z.string('must be text').max(500, 'is no cursor of this list').optional(),
});

/** Claims of a token. A user carries `teams`, an internal service `role: "service"`. */
export const tokenClaims = z.object({
  sub: userId,
  role: z.literal('service').optional(),
  teams: z.record(teamId, z.enum(['admin', 'member'])).optional(),
});
export type TokenClaims = z.infer<typeof tokenClaims>;

/**
 * Returns a zod issue path as a JSON pointer. The sender chooses the names of unknown fields, so U+FFFD replaces whatever PostgreSQL cannot
 * store as JSON (NUL, a lone surrogate) or a log cannot show; otherwise the error itself could not be recorded.
 */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${showable(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const showable = (name: string): string => name.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');

/** At most this many wrong fields of one body are reported: more would help nobody, and a body of 4 MB would be answered with 137 MB. */
export const MOST_FIELD_ERRORS = 100;
/** How much of an unknown field's name is reported. */
const LONGEST_FIELD = 200;

/**
 * Returns what is wrong with each field. Unknown fields are named one by one. If there may be more errors than are reported, the last entry
 * says so.
 */
export function toFieldErrors(error: z.ZodError): FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of error.issues) {
    if (errors.length > MOST_FIELD_ERRORS) break;
    errors.push(...ofIssue(issue));
  }
  if (errors.length < MOST_FIELD_ERRORS) return errors;
  const message = `has more errors than these ${MOST_FIELD_ERRORS}, or may have; nothing beyond them was looked at`;
  return [...errors.slice(0, MOST_FIELD_ERRORS), { pointer: '', message }];
}

function ofIssue(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    const named = issue.keys.slice(0, MOST_FIELD_ERRORS);
    return named.map((key) => ({ pointer: toPointer([...issue.path, shortened(key)]), message: 'is not a known field; remove it' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return toUnionErrors(issue.path, issue.errors, issue.message);
  return [{ pointer: toPointer(issue.path), message: issue.message }];
}

/** The name of a field as an error shows it. */
export const shortened = (field: string): string => (field.length > LONGEST_FIELD ? `${field.slice(0, LONGEST_FIELD)}…` : field);

// If all branches fail, the one with the fewest errors is most likely what the writer meant.
function toUnionErrors(path: PropertyKey[], branches: z.core.$ZodIssue[][], message: string): FieldError[] {
  const nearest = [...branches].sort((a, b) => a.length - b.length)[0] ?? [];
  const known = nearest.filter((issue) => issue.code !== 'unrecognized_keys');
  if (known.length === 0 || branches.every((branch) => branch.length === nearest.length)) return [{ pointer: toPointer(path), message }];
  return known.map((issue) => ({ pointer: toPointer([...path, ...issue.path]), message: issue.message }));
}

// Names of the IANA database. Offsets and abbreviations with signs are not among them, though some parsers accept them.
const TIME_ZONE_NAME = /^[A-Za-z][A-Za-z0-9_]*(?:[/+-][A-Za-z0-9_]+)*$/;
const isTimeZone = (name: string): boolean => {
  try {
    return TIME_ZONE_NAME.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** Query parameter `timeZone`: that of the reader. */
export const readerTimeZone = z
  .string('must be text')
  .max(100, 'is longer than 100 characters')
  .refine(isTimeZone, 'must be the name of a time zone such as Europe/Berlin')
  .default('UTC');
