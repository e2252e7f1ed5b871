// How much the browser loads: a single schema in what the page imports from the contracts brings in all of zod, and no other check tells.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ASSETS = join(__dirname, '..', '..', 'dist', 'page', 'assets');

it('is less than 300 KB of JavaScript in all, as settings-api sends it', () => {
  const sent = readdirSync(ASSETS).filter((name) => name.endsWith('.js.gz'));
  const bytes = sent.reduce((sum, name) => sum + statSync(join(ASSETS, name)).size, 0);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(300_000);
});
