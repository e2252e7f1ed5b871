// `npm run person -- export|erase ADDRESS` and `npm run legal-hold -- list | set TEAM REASON | release TEAM`:
// their arguments and their output.
import { erasePerson, exportPerson, holdTeam, legalHolds, releaseTeam } from './person.js';
import { databaseEnvironment } from './run-backup.js';
import { CurableError } from './step.js';

const show = (value: object): void => console.log(JSON.stringify(value, null, 2));

/** Prints only JSON, so that the output can go into a file. */
export async function runPerson(args: readonly string[]): Promise<void> {
  const [command, address] = args;
  if (address === undefined || args.length > 2 || (command !== 'export' && command !== 'erase'))
    throw new CurableError('Whose data, and what with it?', 'npm run --silent person -- export ADDRESS, or erase ADDRESS');
  const environment = databaseEnvironment(process.env);
  show(command === 'export' ? await exportPerson(address, environment) : await erasePerson(address, environment));
}

export async function runLegalHold([command, teamId, ...reason]: readonly string[]): Promise<void> {
  const environment = databaseEnvironment(process.env);
  if (command === 'list') show(await legalHolds(environment));
  else if (command === 'set' && teamId !== undefined && reason.length > 0) await holdTeam(teamId, reason.join(' '), environment);
  else if (command === 'release' && teamId !== undefined)
    console.log((await releaseTeam(teamId, environment)) ? `${teamId} is released.` : `${teamId} was not held.`);
  else throw new CurableError('Which team?', 'npm run legal-hold -- list, set TEAM REASON, or release TEAM');
}
