import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ServiceWithSchema } from '@billing-mail/platform';
import { lastWords } from './last-words.js';
import { CurableError } from './step.js';
import { workspaceRoot } from './workspace.js';

const run = promisify(execFile);

/**
 * Runs a service's own program, because only the service knows its tables. Resolves with the program's answer, which is JSON. Throws
 * CurableError with what it printed.
 */
export async function askService<T extends object>(
  service: ServiceWithSchema,
  program: 'backup' | 'keeping',
  environment: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<T> {
  const file = join(workspaceRoot, 'apps', service, 'dist', `${program}.js`);
  try {
    const { stdout } = await run(process.execPath, [file, ...args], { cwd: workspaceRoot, env: environment, maxBuffer: 512 * 1024 * 1024 });
    return JSON.parse(stdout) as T;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new CurableError(
      `${service} could not do its part (${args[0] ?? ''}). ${lastWords(`${stdout}${stderr}`)}`,
      'fix what it names, then try again.',
    );
  }
}
