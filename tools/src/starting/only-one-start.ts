import { join } from 'node:path';
import { CurableError, type RunStep } from '../step.js';
import { removeStartFile } from '../start-file.js';
import { dataFolder } from '../workspace.js';
import { PidFiles } from './pid-files.js';

const SELF = 'start';

/**
 * Makes sure that this start is the only one in its data folder, and ends what a killed start left running.
 * Throws CurableError if another one runs.
 */
export async function beTheOnlyStart(step: RunStep): Promise<PidFiles> {
  const pidFiles = new PidFiles(join(dataFolder(), 'run'));
  const other = pidFiles.runningPid(SELF);
  if (other !== null) {
    throw new CurableError(
      `Billing Mail already runs here as process ${other}.`,
      `use it, end it with kill ${other}, or start another with its own data: DATA_DIR=.data2 npm start`,
    );
  }
  if (pidFiles.hasAny()) {
    await step('End what an earlier start left behind', async (say) => {
      const left = await pidFiles.endAll();
      say(left.length === 0 ? 'nothing was running any more' : left.join(', '));
    });
  }
  removeStartFile();
  pidFiles.note(SELF, process.pid, 'SIGTERM');
  return pidFiles;
}

/** Gives up the place as the only start; called last. */
export function leaveAsTheOnlyStart(pidFiles: PidFiles): void {
  removeStartFile();
  pidFiles.forget(SELF);
}
