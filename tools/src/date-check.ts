// `npm run date:check`: runs the specs that deal with certificates, tokens and dates on a simulated date by which everything made for one
// year has expired. What the tests themselves make is relative to that date. With arguments, runs other specs.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findProgram } from '@billing-mail/local-servers';
import { findFaketimeLibrary } from './faketime-library.js';
import { workspaceRoot } from './workspace.js';

const SPECS = [
  'libs/testkit/src/verifying',
  'libs/mail-core/src/(composing|signing)',
  'libs/smtp-client/src/open-session',
  'libs/platform/src/http',
  'libs/console/src/session',
  'apps/settings-api/src/responder',
  'apps/mail-dispatcher/src/settling/certificate-watch',
  'apps/mail-dispatcher/src/trying/own-signature',
  'apps/notification-service/src/preferences',
  'tools/src/starting/certificates',
];

/**
 * Programs that keep the real date. Redis hangs with libfaketime, whose first call comes from within its allocator, and needs no date of
 * its own. A browser reads the clock so often that libfaketime takes all of its time; the tests set the date in its pages.
 */
const LIVE_TODAY = ['redis-server', 'chromium-headless-shell', 'chromium'];

const DAYS_AHEAD = 400;
const DAY_MS = 86_400_000;

/** Returns an environment in which a program and its children see the simulated date. Timers run at their usual pace. */
function environmentOfThatDay(library: string, scratch: string): NodeJS.ProcessEnv {
  for (const name of LIVE_TODAY) {
    const program = findProgram(name);
    if (program !== null) writeFileSync(join(scratch, name), `#!/bin/sh\nunset LD_PRELOAD\nexec '${program}' "$@"\n`, { mode: 0o755 });
  }
  return {
    ...process.env,
    LD_PRELOAD: library,
    FAKETIME: `+${DAYS_AHEAD}d`,
    DONT_FAKE_MONOTONIC: '1',
    PAGES_CLOCK: 'ours',
    PATH: [scratch, process.env['PATH']].join(delimiter),
  };
}

/**
 * Whether the simulated date takes effect. A library that cannot be preloaded causes only a warning, and the
 * specs would then pass on any date.
 */
function isThatDay(env: NodeJS.ProcessEnv): boolean {
  const now = Number(spawnSync(process.execPath, ['-p', 'Date.now()'], { env }).stdout.toString());
  return Math.abs(now - Date.now() - DAYS_AHEAD * DAY_MS) < DAY_MS;
}

async function main(specs: string[]): Promise<number> {
  const library = findFaketimeLibrary();
  if (library === null) throw new Error('libfaketime is not there; cure: apt-get install -y faketime');
  const scratch = mkdtempSync(join(tmpdir(), 'date-check-'));
  try {
    const env = environmentOfThatDay(library, scratch);
    if (!isThatDay(env)) throw new Error(`${library} does not move the date`);
    const jest = [join(workspaceRoot, 'node_modules', 'jest', 'bin', 'jest.js'), '--ci', '--maxWorkers=2', ...specs];
    const child = spawn(process.execPath, jest, { cwd: workspaceRoot, env, stdio: 'inherit' });
    return await new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

const given = process.argv.slice(2);
main(given.length > 0 ? given : SPECS).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
