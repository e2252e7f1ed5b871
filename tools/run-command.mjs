// The commands of package.json whose work is in tools/src: `npm run archive`, `backup`, `restore`, `person`, `legal-hold`, `database:roles`.
import { endWithHelp } from './help.mjs';
import { prepareCheckout } from './prepare-checkout.mjs';
import { orExplain, step } from './steps.mjs';

const COMMANDS = {
  archive: async (args) => (process.exitCode = await (await import('./dist/run-archive.js')).runArchive(args, step)),
  backup: async (args) => (await import('./dist/run-backup.js')).runBackup(args, step),
  restore: async (args) => (await import('./dist/run-backup.js')).runRestore(args, step),
  person: async (args) => (await import('./dist/run-person.js')).runPerson(args),
  'legal-hold': async (args) => (await import('./dist/run-person.js')).runLegalHold(args),
  'database:roles': async () => console.log(await (await import('./dist/database-roles.js')).provideDatabaseRoles(process.env)),
};
// What these write, and the folders that they make, are readable by their owner only.
const WRITE_FILES = ['archive', 'backup', 'restore'];

const [command, ...args] = process.argv.slice(2);
endWithHelp(command, args);
await orExplain(async () => {
  if (WRITE_FILES.includes(command)) process.umask(0o077);
  await prepareCheckout();
  await COMMANDS[command](args);
});
