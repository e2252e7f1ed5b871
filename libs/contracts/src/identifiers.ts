import { z } from 'zod';
import { TEAM_ID, USER_ID } from './identifier-rules.js';
import { lineOfText } from './text.js';
import { type Locale, LOCALES } from './words/catalogues.js';

export const teamId = z.string('must be text').regex(TEAM_ID, 'must be 1 to 64 letters, digits, "_" or "-"');

/** Idempotency key: one delivery per (teamId, key). Visible ASCII, so that it fits a header and a log line. */
export const idempotencyKey = z
  .string('must be text')
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters without spaces');

export const userId = lineOfText(USER_ID);

export const locale = z.enum(LOCALES, `must be ${LOCALES.map((each) => `"${each}"`).join(' or ')}`);

/** The language that a publisher's locale begins with: `de` of `de_DE.UTF-8`. `undefined` if we do not support it. */
export function readLocale(value: string): Locale | undefined {
  const [, language] = /^\s*([a-z]+)/i.exec(value) ?? [];
  return LOCALES.find((each) => each === language?.toLowerCase());
}
