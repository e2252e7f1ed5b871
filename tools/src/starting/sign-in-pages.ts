// Writes HTML files that take a browser to the page, signed in as one of the sample users. Their links can be
// printed, which a token cannot.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type StartFile } from '../start-file.js';
import { dataFolder } from '../workspace.js';
import { pageAddresses } from './summary.js';

const folder = (): string => join(dataFolder(), 'pages');

/** Returns the link for one user. */
export const signInPage = (name: string): string => pathToFileURL(join(folder(), `${name}.html`)).href;

/** Writes the files. Only their owner may read them, because each contains a token. */
export function writeSignInPages(running: Pick<StartFile, 'page' | 'tokens'>): void {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  for (const [name, address] of pageAddresses(running)) {
    const html = `<!doctype html>\n<meta charset="utf-8">\n<meta http-equiv="refresh" content="0;url=${address}">\n<title>${name}</title>\n`;
    writeFileSync(join(folder(), `${name}.html`), html, { mode: 0o600 });
  }
}

export function removeSignInPages(): void {
  rmSync(folder(), { recursive: true, force: true });
}
