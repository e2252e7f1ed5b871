import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lastWords } from './last-words.js';
import { CurableError } from './step.js';
import { workspaceRoot } from './workspace.js';

const run = promisify(execFile);

const SERVICES = ['settings-api', 'mail-dispatcher', 'notification-service'];

/** Migrates the tables of every service to the current version; safe to repeat. Throws CurableError with what was printed. */
export async function migrateSchemas(environment: NodeJS.ProcessEnv): Promise<void> {
  const scripts = SERVICES.map((service) => join(workspaceRoot, 'apps', service, 'dist', 'migrate.js'));
  // All in one process, because most of the time goes into loading the same packages. The migrations wait for each
  // other on a lock in the database.
  const args = scripts.flatMap((script, index) => (index < scripts.length - 1 ? ['--require', script] : [script]));
  try {
    await run(process.execPath, args, { cwd: workspaceRoot, env: environment });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new CurableError(
      `The tables could not be brought up to date. ${lastWords(`${stdout}${stderr}`)}`,
      'fix what it names, then try again.',
    );
  }
}
