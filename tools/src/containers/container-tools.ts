// What `docker compose run --rm tools …` does with the services that run there: issues tokens to try things with, sends the samples, runs
// the doctor, and makes and restores backups.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvironment, variables } from '@billing-mail/platform';
import { z } from 'zod';
import { provideDatabaseRoles } from '../database-roles.js';
import { runDoctor } from '../doctor/run-doctor.js';
import { runBackup, runRestore } from '../run-backup.js';
import { sendSamples, type SampleResult } from '../samples/send-samples.js';
import { seedTeams } from '../samples/teams.js';
import { answers } from '../starting/answers.js';
import { describeSample, pageAddresses, section } from '../starting/summary.js';
import { issueTokens, SAMPLE_CALLERS } from '../starting/tokens.js';
import { CurableError, type RunStep } from '../step.js';

export const TOOLS_USAGE = `docker compose run --rm tools token NAME   prints a token; NAME is one of ${Object.keys(SAMPLE_CALLERS).join(', ')}
docker compose run --rm tools samples      makes three teams, sends an invoice for each and tells what became of it
docker compose run --rm tools doctor       looks at all that the services depend on, and says what helps
docker compose run --rm tools backup NAME  writes rows, documents and check sums into the volume "backups"
docker compose run --rm tools restore NAME fills an empty database from there; --held, --resume, --hold instead of NAME`;

const environment = z.object({
  REDIS_URL: variables.REDIS_URL,
  REDIS_CA_FILE: variables.REDIS_CA_FILE,
  REDIS_PREFIX: variables.REDIS_PREFIX,
  AUTH_JWT_SECRET: variables.AUTH_JWT_SECRET,
  AUTH_JWKS_URL: variables.AUTH_JWKS_URL,
  AUTH_USER_TOKEN_LIFE: variables.AUTH_USER_TOKEN_LIFE,
  PLATFORM_SMTP_URL: variables.PLATFORM_SMTP_URL,
  CONSOLE_URL: z.url(),
});
type Environment = z.output<typeof environment>;

// Names of the services in docker-compose.yml.
const SERVICES = {
  'settings-api': 'http://settings-api:4100',
  'mail-dispatcher': 'http://mail-dispatcher:4101',
  'notification-service': 'http://notification-service:4102',
};
// Mount point of the volume "backups".
const BACKUPS = '/data/backups';
const MAILBOX_HOST = 'mailbox';
const MAILBOX_PAGE = 'http://localhost:1080/index.html';
// The mailbox also serves as a team's own server. Nothing listens on `downPort`. A team's own server may use either port.
const OWN_SERVER = { host: 'mailbox.internal', port: 2525, downPort: 587 };

/** Runs a tool and resolves with what is to be printed. docker-compose.yml runs `roles` before it migrates. @throws CurableError */
export async function runContainerTool([tool, ...args]: string[], source: NodeJS.ProcessEnv): Promise<string> {
  if (tool === 'token' && args.length === 1) return token(args[0] ?? '', readEnvironment(environment, source));
  if (tool === 'samples' && args.length === 0) return samples(readEnvironment(environment, source));
  if (tool === 'roles' && args.length === 0) return provideDatabaseRoles(source);
  if (tool === 'doctor') return doctor(args, source);
  if (tool === 'backup' && args.length === 1) return silent(runBackup(args.map(inBackups), tellStep));
  if (tool === 'restore' && args.length === 1)
    return silent(runRestore(args.map(inBackups), tellStep, 'docker compose run --rm tools restore'));
  throw new CurableError(tool === undefined ? 'Which tool?' : `There is no tool "${[tool, ...args].join(' ')}".`, TOOLS_USAGE);
}

async function doctor(args: string[], source: NodeJS.ProcessEnv): Promise<string> {
  const { report, isWell } = await runDoctor(args, source, SERVICES);
  if (!isWell) process.exitCode = 1;
  return report;
}

/** Only a plain name is allowed: a folder elsewhere in the container is lost when the container ends. */
function inBackups(arg: string): string {
  if (arg.startsWith('--')) return arg;
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(arg)) return join(BACKUPS, arg);
  throw new CurableError(
    `"${arg}" is not a valid name for a backup.`,
    'letters, digits, dots, hyphens and underscores, such as 2026-11-30',
  );
}

const tellStep: RunStep = async (title, work) => {
  let detail = '';
  const result = await work((text) => (detail = `: ${text}`));
  console.log(`✓ ${title}${detail}`);
  return result;
};

/** For work that prints its own output. */
const silent = async (work: Promise<void>): Promise<string> => work.then(() => '');

async function token(name: string, env: Environment): Promise<string> {
  const tokens: Record<string, string> = await tokensFor(env);
  const found = Object.hasOwn(tokens, name) ? tokens[name] : undefined;
  if (found === undefined) throw new CurableError(`"${name}" is nobody that a token can be made for.`, TOOLS_USAGE);
  return found;
}

async function tokensFor({ AUTH_JWKS_URL, AUTH_JWT_SECRET, AUTH_USER_TOKEN_LIFE }: Environment) {
  if (AUTH_JWKS_URL === undefined && AUTH_JWT_SECRET !== undefined) return issueTokens(AUTH_JWT_SECRET, AUTH_USER_TOKEN_LIFE);
  throw new CurableError(
    'Tokens come from your identity provider, whose keys AUTH_JWKS_URL names.',
    'let it issue one with the claims that docs/operating.md lists.',
  );
}

async function samples(env: Environment): Promise<string> {
  if (new URL(env.PLATFORM_SMTP_URL).hostname !== MAILBOX_HOST) {
    throw new CurableError(
      "The platform's mail server is a real one, and samples belong into the mailbox.",
      'look around with docker/make-secrets.sh --try; where your own mail server is set up already, in a second checkout.',
    );
  }
  const tokens = await tokensFor(env);
  await Promise.all(Object.values(SERVICES).map(untilReady));
  await seedTeams(SERVICES['settings-api'], tokens.service, OWN_SERVER);
  const running = {
    redis: env,
    mailDispatcher: SERVICES['mail-dispatcher'],
    notificationService: SERVICES['notification-service'],
    tokens,
  };
  return summarizeSamples(await sendSamples(running), env.CONSOLE_URL.replace(/\/$/, ''), tokens);
}

function summarizeSamples(results: SampleResult[], consoleUrl: string, tokens: Record<string, string>): string {
  return [
    ...section('Read the mail', [['mailbox', MAILBOX_PAGE]]),
    ...section('The page E-mail delivery, as', pageAddresses({ page: consoleUrl, tokens })),
    ...section('What became of the samples', results.flatMap(describeSample)),
  ].join('\n');
}

const READY_WITHIN_MS = 90_000;
const ASK_EVERY_MS = 500;

async function untilReady(url: string): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; await sleep(ASK_EVERY_MS))
    if (await answers(`${url}/health/ready`, 5000)) return;
  throw new CurableError(`${new URL(url).hostname} is not ready.`, 'docker compose ps shows what runs, docker compose logs what it says.');
}
