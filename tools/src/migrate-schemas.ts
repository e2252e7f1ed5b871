import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from './workspace.js';

const run = promisify(execFile);

/** Brings the tables of every service up to date; safe to repeat. Throws with what the failing one printed. */
export async function migrateSchemas(environment: NodeJS.ProcessEnv): Promise<void> {
  const services = ['settings-api', 'mail-dispatcher', 'notification-service'];
  // At once: each takes the same lock in the database, the most of it is Node.js starting.
  await Promise.all(
    services.map(async (service) => {
      const script = join(workspaceRoot, 'apps', service, 'dist', 'migrate.js');
      await run(process.execPath, [script], { cwd: workspaceRoot, env: environment });
    }),
  );
}
