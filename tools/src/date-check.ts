// `npm run date:check`: specs that deal with certificates, tokens and dates, run as on a day on which all that was made for a year has
// run out. Those of a test are made relative to its day. With arguments: other specs.
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
 * Redis hangs with libfaketime, whose first call comes from within its allocator; it needs no date of its own. A browser reads the clock so often
 * that libfaketime takes all of its time; its pages are given the day by the tests.
 */
const LIVE_TODAY = ['redis-server', 'chromium-headless-shell', 'chromium'];

const DAYS_AHEAD = 400;
const DAY_MS = 86_400_000;

/** An environment in which a program and its children find that day; timers run as ever. */
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

/** A library that can't be preloaded is passed over with a mere warning, and the specs would hold on any day. */
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
