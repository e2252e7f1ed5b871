// What `npm run doctor` says about this machine before anything is installed or built: what is present, what will be
// provided, and what the user has to do.
import { createServer } from 'node:net';
import { isInstalled } from './install-packages.mjs';
import { isFitNode } from './prepare-checkout.mjs';
import { findProgram, NEEDED_BY_TESTS, useOf, wayToGet } from './system-programs.mjs';

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });

/** Returns how to get a missing program; usually a command provides it when it is first needed. */
function cureOf(name) {
  const { kind, command } = wayToGet([name]);
  const needed = name === 'redis-server' ? 'npm start' : 'npm test';
  if (kind === 'unpacked') return `${needed} unpacks it into .data`;
  return kind === 'installed' ? `${needed} installs it (apt-get)` : command;
}

const program = (name) => ({ name, ok: findProgram(name) !== null, detail: useOf(name), cure: cureOf(name) });

/** @param isRunning whether `npm start` runs here; its own ports are then taken and not checked */
export async function checkMachine(isRunning) {
  const checks = [
    { name: 'Node.js', ok: isFitNode(), detail: process.versions.node, cure: 'install Node.js 20.19+, 22.13+ or 24.11+' },
    { name: 'packages', ok: isInstalled(), detail: 'as the lock file says', cure: 'npm start installs them' },
    program('setpriv'),
    // A question mark marks a program that we can do without.
    ...NEEDED_BY_TESTS.filter((name) => !name.endsWith('?')).map(program),
  ];
  for (const port of isRunning ? [] : [4100, 4101, 4102, 4180]) {
    checks.push({
      name: `port ${port}`,
      ok: await isFree(port),
      detail: 'free',
      cure: 'nothing to do: npm start chooses another port and prints it',
    });
  }
  return checks;
}
