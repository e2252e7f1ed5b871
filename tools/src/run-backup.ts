// `npm run backup -- FOLDER` and `npm run restore -- FOLDER | --hold | --held | --resume`: their arguments and their output.
import { backup, hold, held, type HeldOfTeam, restore, resume } from './backup.js';
import { readStartFile } from './start-file.js';
import { CurableError, type RunStep } from './step.js';
import { dataFolder } from './workspace.js';

const DATABASES = ['DATABASE_URL', 'MIGRATION_DATABASE_URL'];
const isSet = (environment: NodeJS.ProcessEnv, name: string): boolean => Boolean(environment[name] || environment[`${name}_FILE`]);

export async function runBackup([folder, ...more]: readonly string[], step: RunStep): Promise<void> {
  if (folder === undefined || folder.startsWith('-') || more.length > 0)
    throw new CurableError('Where to?', 'npm run backup -- /path/to/a/new/folder');
  const environment = databaseEnvironment(process.env);
  requireSet(environment, ['DOCUMENT_STORE_URL']);
  const missing = await backup(folder, environment, step);
  console.log(
    `${folder} holds rows, documents and their check sums; keep SECRET_KEYS and NOTIFICATION_SECRET_KEYS elsewhere: what they seal is not readable without.`,
  );
  if (missing.length === 0) return;
  console.log(
    `${missing.length} documents that deliveries name are not in the store:\n${missing.map((sha256) => `  ${sha256}`).join('\n')}`,
  );
  process.exitCode = 1;
}

/** Runs what `args` ask for. `command`: the command to show in error messages. */
export async function runRestore(args: readonly string[], step: RunStep, command = 'npm run restore --'): Promise<void> {
  const [what] = args;
  if (what === undefined || args.length > 1)
    throw new CurableError('What to do?', `${command} FOLDER, or --held, --resume, --hold instead of the folder`);
  requireSet(process.env, DATABASES);
  if (what === '--resume') console.log(`${await resume(process.env)} deliveries go on.`);
  else if (what === '--held') tellHeld(await held(process.env), command);
  else if (what === '--hold') tellHeld(await hold(process.env), command);
  else {
    requireSet(process.env, ['DOCUMENT_STORE_URL']);
    const restored = await restore(what, process.env, step);
    console.log(
      `Restored as it was at ${restored.takenAt}, with ${restored.documents} documents. Deliveries that were taken later are not in it.`,
    );
    if (restored.emails > 0)
      console.log(`${restored.emails} e-mails with alerts were open and are not sent again; the inbox has the alerts.`);
    tellHeld(restored.held, command);
  }
}

function tellHeld(teams: readonly HeldOfTeam[], command: string): void {
  const count = teams.reduce((sum, { deliveries }) => sum + deliveries, 0);
  if (count === 0) return console.log('No delivery is held.');
  console.log(`${count} deliveries were open and are held, as they may have been sent after the backup:`);
  for (const { teamId, deliveries } of teams) console.log(`  ${teamId}: ${deliveries}`);
  console.log(`Cancel those that arrived, then let the others go on: ${command} --resume`);
}

/** Returns the environment with a database: the given one, or that of `npm start` if it runs here, with its documents. */
export function databaseEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const running = DATABASES.some((name) => isSet(environment, name)) ? null : readStartFile();
  if (running === null) {
    requireSet(environment, DATABASES);
    return environment;
  }
  const documents = environment['DOCUMENT_STORE_URL'] || `file:${dataFolder()}/documents`;
  return { ...environment, DATABASE_URL: running.databaseUrl, DOCUMENT_STORE_URL: documents };
}

function requireSet(environment: NodeJS.ProcessEnv, oneOf: readonly string[]): void {
  if (!oneOf.some((name) => isSet(environment, name)))
    throw new CurableError(`${oneOf.join(' or ')} is not set.`, 'set it to what the services have, then try again.');
}
