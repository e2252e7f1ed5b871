// How much the browser loads: a single schema in what the page imports from the contracts brings in all of zod, and no other check tells.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LOCALES } from '@billing-mail/contracts';

// The page loads the words of every language, so that readers can switch between languages at once.
const LIMIT = 260_000 + LOCALES.length * 20_000;
const ASSETS = join(__dirname, '..', '..', 'dist', 'page', 'assets');

it(`is less than ${LIMIT / 1000} KB of JavaScript in all, as settings-api sends it`, () => {
  const sent = readdirSync(ASSETS).filter((name) => name.endsWith('.js.gz'));
  const bytes = sent.reduce((sum, name) => sum + statSync(join(ASSETS, name)).size, 0);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(LIMIT);
});
