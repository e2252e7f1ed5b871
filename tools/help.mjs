// The --help text of each command in package.json that takes arguments. It is shown before anything is installed or built,
// so this file imports no package.

const DOCUMENT_FLAGS = `
  --to, --cc, --bcc   an address or "Name <address>"; may be repeated
  --xml factur-x.xml  a second attachment
  --team acme         the team whose settings and sender are used
  --type invoice      one of invoice, credit_note, reminder, quote, other
  --number 2026-0042  the document's number; by default the PDF's file name
  --recurring sub-9:2026-11   the series and the occurrence in it
  --subject, --text   by default made from type and number, in the team's language
  --key               the same key twice is the same delivery; by default a new key each time
  --user clerk --email clerk@example.org   who receives the alerts about this document`;

export const HELP = {
  start: `npm start [-- FLAGS]   runs everything on this machine until Ctrl-C, its data in .data
  --samples           sends the samples again; the first start sends them anyway
  --no-samples        sends no samples
  --dispatchers 2     runs so many mail-dispatchers
  --notifiers 2       runs so many notification-services
  --watch             restarts a service as soon as its sources change: npm run dev
Variables that are set in the environment (DATABASE_URL, REDIS_URL, PLATFORM_SMTP_URL, …) replace the servers that it would bring.`,
  send: `npm run send -- --pdf invoice.pdf --to customer@example.org   publishes a document as invoicing would, and prints each try${DOCUMENT_FLAGS}`,
  token: `npm run token -- NAME   prints a token for the system that npm start runs here
  NAME                one of service, acme-admin, acme-member, globex-admin, initech-admin`,
  doctor: `npm run doctor [-- --production [FLAGS]]   lists what this machine has and lacks; with --production checks everything that the services depend on
It reads the variables of the services (docs/operating.md, "Environment"), or checks the system that npm start runs here. The exit code is 1 where something is wrong.
  --settings-api, --mail-dispatcher, --notification-service URL   the address of each service
  --dns-server ADDRESS    asks this DNS server instead of the system's
  --dkim-selector NAME    the key that the platform's mail server signs with (s= in the header DKIM-Signature)`,
  migrate: `DATABASE_URL=postgresql://user:password@host:5432/database npm run migrate   brings the tables of all services up to date
MIGRATION_DATABASE_URL, if set, is used instead: the role that owns the tables.`,
  'database:roles': `npm run database:roles   creates a PostgreSQL role for each service and one for migrations, as ADMIN_DATABASE_URL; without it, prints the SQL
The roles' names and passwords come from MIGRATION_DATABASE_URL, SETTINGS_DATABASE_URL, DISPATCH_DATABASE_URL and NOTIFY_DATABASE_URL.`,
  'keys:rotate': `DATABASE_URL=postgresql://… SECRET_KEYS=new:…,old:… [NOTIFICATION_SECRET_KEYS=new:…,old:…] npm run keys:rotate   seals every stored secret with the first key`,
  backup: `npm run backup -- FOLDER   writes rows, documents and checksums into a new folder, while the services run
It reads DATABASE_URL or MIGRATION_DATABASE_URL, and DOCUMENT_STORE_URL; while npm start runs it finds them by itself.`,
  restore: `npm run restore -- FOLDER   fills an empty database and a document store from a backup; deliveries that were open then are held
  --held              prints how many deliveries are held, by team
  --resume            releases them
  --hold              holds the open deliveries of a database that was restored in another way
It reads DATABASE_URL or MIGRATION_DATABASE_URL, and DOCUMENT_STORE_URL.`,
  archive: `npm run archive -- --team acme --from 2026-01-01 --to 2026-12-31 --out FOLDER   writes an archive that an auditor checks with sha256sum
It contains a team's documents, its messages as sent, its log and checksums. Days are in UTC, the last one included; FOLDER must not exist yet.
It asks the dispatcher at MAIL_DISPATCHER_URL with BILLING_MAIL_TOKEN, or the one that npm start runs here.`,
  person: `npm run --silent person -- export ADDRESS   prints, as JSON, everything that is stored about an address
npm run --silent person -- erase ADDRESS    erases it, and prints what was erased and what stays`,
  'legal-hold': `npm run legal-hold -- list                lists the teams whose data is not deleted
npm run legal-hold -- set TEAM REASON     stops the deletion of a team's data
npm run legal-hold -- release TEAM        allows it again`,
  check: `npm run check [-- FLAG]   checks format, types, lint, import cycles, unused code and duplicate dependencies
  --staged            checks format, types and lint of the staged files
  --hook              installs that check before each commit of this clone`,
  test: `npm test [-- PATHS and flags of Jest]   runs every test except those of npm run ops-tests`,
  'ops-tests': `npm run ops-tests [-- PATHS and flags of Jest]   tests failovers and restarts of real servers under load, and 5,000 deliveries under a team's limits`,
  'tools/campaigns/faults/dist/main.js': `npm run faults [-- FLAGS]   runs the fault campaign
  --list              lists the scenarios
  --only kills/after-the-gate   runs this one; may be repeated`,
  'tools/campaigns/attacks/dist/main.js': `npm run attack [-- FLAGS]   tries to break in, to bring the services down and to impersonate others
  --list              lists the attacks
  --only tokens/without-end   runs this one; may be repeated`,
  'tools/campaigns/bench/dist/main.js': `npm run bench [-- FLAGS]   measures the dispatcher and checks its floors
  --list              lists the rows
  --only NAME         runs the rows whose name contains NAME; may be repeated
  --quick             runs the main rows with fewer messages
  --rounds 3          number of times that each row is repeated
  --publish           writes the figures into docs/performance.md; only for a complete run`,
  'tools/dist/date-check.js': `npm run date:check [-- PATHS]   runs the tests as if on another day`,
};

/** Prints the help text and exits if `args` ask for it. `command`: the npm command, or the program that run-built.mjs runs for it. */
export function endWithHelp(command, args) {
  if (HELP[command] === undefined || !args.some((arg) => arg === '--help' || arg === '-h')) return;
  console.log(HELP[command]);
  process.exit(0);
}
