// Rules for the fields of a team's settings. Kept apart from the schemas so that the page does not bundle zod.
import { isIP } from 'node:net';
import { asciiDomain } from './address-rules.js';
import { type DocumentType } from './delivery-vocabulary.js';

export const SMTP_SECURITIES = ['tls', 'starttls', 'none'] as const;
export type SmtpSecurity = (typeof SMTP_SECURITIES)[number];

/** Lengths, in characters, of the fields that are one line of text. */
export const SETTINGS_LINES = { companyName: { max: 320 }, username: { max: 320 }, password: { max: 1000 } } as const;

export const MOST_USERS_TOLD = 100;
/** Most lists of copies that are only for some types of documents. */
export const MOST_COPY_LISTS = 20;
export const PORTS = { least: 1, most: 65535 } as const;

/** Whether it may be the name or address of a mail server. Where it leads is checked when we connect. */
export const isServerHost = (value: string): boolean =>
  isIP(value) !== 0 || asciiDomain(value) !== null || value.toLowerCase() === 'localhost';

/** Whether the password or the token would be sent unencrypted. */
export const isPasswordInClear = (smtp: { security: SmtpSecurity; auth: { type: 'password' | 'oauth2' | 'none' } }): boolean =>
  smtp.security === 'none' && smtp.auth.type !== 'none';

type CopyLists<Each> = { cc: Each[]; bcc: Each[] };

/** Returns who gets copies of documents of this type, besides those who get copies of all documents. */
export const copiesOfType = <Each>(
  copies: readonly (CopyLists<Each> & { types: readonly string[] })[],
  type: DocumentType,
): CopyLists<Each> => {
  const lists = copies.filter(({ types }) => types.includes(type));
  return { cc: lists.flatMap(({ cc }) => cc), bcc: lists.flatMap(({ bcc }) => bcc) };
};

/** The messages for violated rules. */
export const SETTINGS_MESSAGES = {
  host: 'must be a host name such as smtp.example.com, without "https://", port or spaces',
  wholePort: 'must be a whole number',
  port: `must be between ${PORTS.least} and ${PORTS.most}`,
  passwordInClear: 'must be "tls" or "starttls" with a password, which would otherwise travel in clear',
  users: `has more than ${MOST_USERS_TOLD} users`,
} as const;
