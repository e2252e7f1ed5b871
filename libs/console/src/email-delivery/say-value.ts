import { type Catalogue } from '../words/catalogues.js';

/** Says the value of a setting: by the words of the form for a choice; text stays as it is. */
export function sayValue(pointer: string, value: string | number | boolean | null, { settings }: Catalogue): string {
  const { method, company, server, conflict } = settings;
  if (value === null || value === '') return conflict.empty;
  if (typeof value === 'boolean') return value ? conflict.yes : conflict.no;
  const choices: Record<string, Partial<Record<string, string>>> = {
    '/sender': { platform: method.platform, custom: method.custom },
    '/locale': company.languages,
    '/smtp/security': { tls: server.tls, starttls: server.starttls, none: server.none },
    '/smtp/auth/type': { none: server.authNone, oauth2: server.authConnected, password: server.authPassword },
  };
  return choices[pointer]?.[String(value)] ?? String(value);
}
