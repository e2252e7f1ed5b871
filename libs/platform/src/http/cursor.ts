import { type z } from 'zod';
import { invalidInput } from './problem.js';

/** Encodes a position in a list as an opaque text. */
export const encodeCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** Decodes a position; `null` if there is no cursor. @throws ProblemException 422 if `cursor` is not one that `encodeCursor` made. */
export function decodeCursor<T extends z.ZodType>(schema: T, cursor: string | undefined): z.output<T> | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalidInput([{ pointer: '/cursor', message: 'is not a cursor of this list; leave it out to start with the newest' }]);
  }
}
