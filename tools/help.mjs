// What each command of package.json that takes arguments says for --help, before anything is installed or built. Needs no package.

const DOCUMENT_FLAGS = `
  --to, --cc, --bcc   an address or "Name <address>"; may be repeated
  --xml factur-x.xml  a second attachment
  --team acme         whose settings and sender
  --type invoice      one of invoice, credit_note, reminder, quote, other
  --number 2026-0042  the document's number; else the PDF's file name
  --recurring sub-9:2026-11   series and occurrence
  --subject, --text   else made from type and number, in the team's language
  --key               the same key twice is the same delivery; else new each time
  --user clerk --email clerk@example.org   who is told when something goes wrong`;

export const HELP = {
  start: `npm start [-- FLAGS]   runs everything on this machine until Ctrl-C, its data in .data
  --samples           sends the samples again; they are sent once, by the first start
  --no-samples        sends none
  --dispatchers 2     how many mail-dispatchers run, --notifiers 2: how many notification-services
  --watch             takes a change of the sources over at once: npm run dev
What is set in the environment (DATABASE_URL, REDIS_URL, PLATFORM_SMTP_URL, …) is used in place of what it brings.`,
  send: `npm run send -- --pdf invoice.pdf --to customer@example.org   publishes a document as invoicing would, and tells each try${DOCUMENT_FLAGS}`,
  token: `npm run token -- NAME   prints a token for what npm start runs here
  NAME                one of service, acme-admin, acme-member, globex-admin, initech-admin`,
  doctor: `npm run doctor [-- --production [FLAGS]]   what this machine has and lacks; with --production all that the services depend on
It reads the variables of the services (README.md, "Environment"), or looks at what npm start runs here; exit code 1 where something is wrong.
  --settings-api, --mail-dispatcher, --notification-service URL   where each answers
  --dns-server ADDRESS    asks this DNS server in place of the system's
  --dkim-selector NAME    the key that the platform's mail server signs with (s= in the header DKIM-Signature)`,
  migrate: `DATABASE_URL=postgresql://user:password@host:5432/database npm run migrate   brings the tables of all services up to date
With MIGRATION_DATABASE_URL as the role that owns the tables.`,
  'database:roles': `npm run database:roles   makes a PostgreSQL role for each service, and one that migrates; as ADMIN_DATABASE_URL, or prints the SQL
The roles' names and passwords come from MIGRATION_DATABASE_URL, SETTINGS_DATABASE_URL, DISPATCH_DATABASE_URL and NOTIFY_DATABASE_URL.`,
  'keys:rotate': `DATABASE_URL=postgresql://… SECRET_KEYS=new:…,old:… npm run keys:rotate   seals every stored secret with the first key`,
  backup: `npm run backup -- FOLDER   writes rows, documents and check sums into a new folder, beside the running services
It reads DATABASE_URL or MIGRATION_DATABASE_URL, and DOCUMENT_STORE_URL; beside npm start it finds both.`,
  restore: `npm run restore -- FOLDER   fills an empty database and a document store from a backup; what was open then is held
  --held              how many deliveries are held, and of which teams
  --resume            lets them go on
  --hold              holds what is open in a database that was brought back in another way
It reads DATABASE_URL or MIGRATION_DATABASE_URL, and DOCUMENT_STORE_URL.`,
  archive: `npm run archive -- --team acme --from 2026-01-01 --to 2026-12-31 --out FOLDER   what an auditor checks with sha256sum
Documents, messages as sent, log and check sums of a team, days of UTC, the last one included; FOLDER is new.
It asks the dispatcher at MAIL_DISPATCHER_URL with BILLING_MAIL_TOKEN, or what npm start runs here.`,
  person: `npm run --silent person -- export ADDRESS   prints, as JSON, all that is known about an address
npm run --silent person -- erase ADDRESS    takes it out, and prints the protocol`,
  'legal-hold': `npm run legal-hold -- list                the teams of which nothing is removed
npm run legal-hold -- set TEAM REASON     keeps all of a team
npm run legal-hold -- release TEAM        until then`,
  check: `npm run check [-- FLAG]   format, types, lint, import cycles, unused code and duplicate dependencies
  --staged            format and types of what is about to be committed
  --hook              does that before each commit of this clone from now on`,
  test: `npm test [-- PATHS and flags of Jest]   every test but those of npm run ops-tests`,
  'ops-tests': `npm run ops-tests [-- PATHS and flags of Jest]   failovers and restarts of real servers under load`,
  'tools/campaigns/faults/dist/main.js': `npm run faults [-- FLAGS]   the campaign of faults
  --list              what there is
  --only kills/after-the-gate   a part of it; may be repeated`,
  'tools/campaigns/attacks/dist/main.js': `npm run attack [-- FLAGS]   tries to get in, to get it down and to speak in another's name
  --list              what there is
  --only tokens/without-end   a part of it; may be repeated`,
  'tools/campaigns/bench/dist/main.js': `npm run bench [-- FLAGS]   holds the dispatcher to its speed
  --list              what there is
  --only NAME         a part of it; may be repeated
  --quick             less of it; --rounds 3: how often
  --publish           writes docs/performance.md, of the whole only`,
  'tools/dist/date-check.js': `npm run date:check [-- PATHS]   whether the tests hold on another day`,
};

/** Prints it and ends where it is asked for. `command`: its name, or the program that run-built.mjs runs for it. */
export function endWithHelp(command, args) {
  if (HELP[command] === undefined || !args.some((arg) => arg === '--help' || arg === '-h')) return;
  console.log(HELP[command]);
  process.exit(0);
}
