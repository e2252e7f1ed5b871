import { type z } from 'zod';
import { invalidInput } from './problem.js';

/** Opaque position in a list. */
export const encodeCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** @throws ProblemException 422 when it is no cursor that `encodeCursor` made. */
export function decodeCursor<T extends z.ZodType>(schema: T, cursor: string | undefined): z.output<T> | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalidInput([{ pointer: '/cursor', message: 'is no cursor of this list; leave it out to begin at the newest' }]);
  }
}
