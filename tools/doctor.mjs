// `npm run doctor`: what this machine has and lacks, each with its cure. Changes nothing that lasts.
import { createServer } from 'node:net';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkDocumentStore } from './document-store-check.mjs';
import { isInstalled } from './install-packages.mjs';
import { isFitNode } from './prepare-checkout.mjs';
import { findProgram, NEEDED_BY_TESTS, useOf, wayToGet } from './system-programs.mjs';
import { workspaceRoot } from './workspace.mjs';

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });

/** What nobody has to do anything for is brought when it is first needed. */
function cureOf(name) {
  const { kind, command } = wayToGet([name]);
  const needed = name === 'redis-server' ? 'npm start' : 'npm test';
  if (kind === 'unpacked') return `${needed} unpacks it into .data`;
  return kind === 'installed' ? `${needed} installs it (apt-get)` : command;
}

const program = (name) => ({ name, ok: findProgram(name) !== null, detail: useOf(name), cure: cureOf(name) });

const dataFolder = resolve(workspaceRoot, process.env.DATA_DIR ?? '.data');
const isRunning = existsSync(join(dataFolder, 'start.json'));
const checks = [
  { name: 'Node.js', ok: isFitNode(), detail: process.versions.node, cure: 'install Node.js 20.19 or newer of 20, 22 or 24' },
  { name: 'packages', ok: isInstalled(), detail: 'as the lock file says', cure: 'npm start installs them' },
  program('setpriv'),
  // With a question mark: done without where it is missing.
  ...NEEDED_BY_TESTS.filter((name) => !name.endsWith('?')).map(program),
];
for (const port of isRunning ? [] : [4100, 4101, 4102, 4180]) {
  checks.push({ name: `port ${port}`, ok: await isFree(port), detail: 'free', cure: 'nothing to do: another port is chosen and said' });
}

checks.push(...(await checkDocumentStore(process.env)));

for (const { name, ok, detail, cure } of checks)
  console.log(`${ok ? '✓' : '✗'} ${name.padEnd(14)} ${ok ? detail : `missing or taken; ${cure}`}`);
console.log(isRunning ? `Billing Mail runs here: ${join(dataFolder, 'start.json')}` : 'Billing Mail does not run here: npm start');
