// `npm run doctor -- --production`: its arguments and its output.
import { isIP } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readStartFile, type StartFile } from '../start-file.js';
import { provideSecrets } from '../starting/secrets.js';
import { CurableError } from '../step.js';
import { dataFolder } from '../workspace.js';
import { examine } from './checks.js';
import { describeFindings } from './finding.js';
import { readSiteEnvironment, type ServiceUrls } from './site.js';

const text = { type: 'string' } as const;
const FLAGS = {
  'settings-api': text,
  'mail-dispatcher': text,
  'notification-service': text,
  'dns-server': text,
  'dkim-selector': text,
};

const USAGE = `flags: ${Object.keys(FLAGS)
  .map((flag) => `--${flag}`)
  .join(', ')}; npm run doctor -- --help says what they are`;

export type Examined = { report: string; isWell: boolean };

/**
 * Checks what `source` names, in the variables that the services get, or else what `npm start` runs here.
 * @throws CurableError for a wrong flag
 */
export async function runDoctor(args: string[], source: NodeJS.ProcessEnv, usual: ServiceUrls | null = null): Promise<Examined> {
  const flags = readFlags(args);
  const running = usual === null && !isNamed(source) ? readStartFile() : null;
  const { env, findings } = readSiteEnvironment(running === null ? source : { ...environmentOf(running), ...set(source) });
  const services = { ...(usual ?? (running === null ? usualUrls(source) : urlsOf(running))), ...urlsIn(flags) };
  const all = [
    ...findings,
    ...(await examine({ env, services, dnsServer: flags['dns-server'] ?? null, dkimSelector: flags['dkim-selector'] ?? null })),
  ];
  return { report: describeFindings(all), isWell: !all.some(({ state }) => state === 'wrong') };
}

function readFlags(args: string[]) {
  try {
    const { values } = parseArgs({ args, options: FLAGS });
    for (const name of SERVICES)
      if (values[name] !== undefined && !/^https?:$/.test(protocolOf(values[name])))
        throw new Error(`--${name} must be a URL such as http://host:4100`);
    const server = values['dns-server'];
    if (server !== undefined && isIP(server.replace(/^\[|\](?::\d+)?$|(?<=\.\d+):\d+$/g, '')) === 0)
      throw new Error('--dns-server must be an address, such as 9.9.9.9 or 127.0.0.1:5353');
    if (values['dkim-selector'] !== undefined && !/^[A-Za-z0-9._-]{1,100}$/.test(values['dkim-selector']))
      throw new Error('--dkim-selector must be a name, such as s1');
    return values;
  } catch (error) {
    throw new CurableError((error as Error).message, USAGE);
  }
}

const SERVICES = ['settings-api', 'mail-dispatcher', 'notification-service'] as const;
const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '');

const urlsIn = (flags: ReturnType<typeof readFlags>): Partial<ServiceUrls> =>
  Object.fromEntries(SERVICES.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name].replace(/\/$/, '')]])));

const usualUrls = (source: NodeJS.ProcessEnv): ServiceUrls => ({
  'settings-api': `http://127.0.0.1:${source['SETTINGS_API_PORT'] || 4100}`,
  'mail-dispatcher': `http://127.0.0.1:${source['MAIL_DISPATCHER_PORT'] || 4101}`,
  'notification-service': `http://127.0.0.1:${source['NOTIFICATION_SERVICE_PORT'] || 4102}`,
});

/** Whether the environment itself names what is to be checked. */
const isNamed = (source: NodeJS.ProcessEnv): boolean =>
  ['DATABASE_URL', 'MIGRATION_DATABASE_URL', 'REDIS_URL'].some((name) => source[name] || source[`${name}_FILE`]);
const set = (source: NodeJS.ProcessEnv): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(source).filter(([, value]) => value));

const urlsOf = (running: StartFile): ServiceUrls => ({
  'settings-api': running.settingsApi,
  'mail-dispatcher': running.mailDispatcher,
  'notification-service': running.notificationService,
});

function environmentOf(running: StartFile): NodeJS.ProcessEnv {
  const signer =
    running.smimeCaFile === null
      ? {}
      : { SMIME_P12_FILE: join(dataFolder(), 'certs', 'signer.p12'), SMIME_P12_PASSPHRASE: provideSecrets().smimePassphrase };
  return {
    MIGRATION_DATABASE_URL: running.databaseUrl,
    REDIS_URL: running.redisUrl,
    AUTH_JWT_SECRET: provideSecrets().authJwtSecret,
    PLATFORM_SMTP_URL: running.platformSmtpUrl,
    PLATFORM_FROM_ADDRESS: running.platformFromAddress,
    DOCUMENT_STORE_URL: `file:${join(dataFolder(), 'documents')}`,
    ...signer,
  };
}
