// Checks the certificates that somebody has to renew: the signing certificate, those in files, and those that servers present.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { checkSigningIdentity, readPkcs12 } from '@billing-mail/mail-core';
import { parseRedisUrl } from '@billing-mail/platform';
import { platformServer } from '@billing-mail/smtp-client';
import { type Finding, fine, notSet, reasonOf, weak, wrong } from './finding.js';
import { servedCertificateEnd, type ServerWithTls } from './served-certificate.js';
import { type Site, type SiteEnvironment } from './site.js';

const DAY_MS = 24 * 60 * 60 * 1000;
// The same limits as for `certificate_expiring`: time to order a new one, and the last moment.
const SOON_DAYS = 30;
const LAST_DAYS = 3;

export async function lookAtCertificates({ env }: Site): Promise<Finding[]> {
  const served = serversWithTls(env).map(async ([name, server]): Promise<Finding> => {
    const about = `certificate of ${name}`;
    const cure = `let ${server.host}:${server.port} be reached from here by TLS`;
    return servedCertificateEnd(server).then(
      (end) => judgeEnd(about, end),
      (error: unknown) => weak(about, `not seen: ${reasonOf(error)}`, cure),
    );
  });
  const inFiles = env.BOUNCE_TLS_CERT_FILE === undefined ? [] : [lookAtFile('certificate of the bounce port', env.BOUNCE_TLS_CERT_FILE)];
  return [...lookAtSigner(env), ...inFiles, ...(await Promise.all(served))];
}

function lookAtSigner({
  SMIME_P12_FILE: file,
  SMIME_P12_PASSPHRASE: passphrase,
  PLATFORM_FROM_ADDRESS: fromAddress,
}: SiteEnvironment): Finding[] {
  const about = 'signing certificate';
  if (file === undefined) return [notSet(about, 'SMIME_P12_FILE')];
  if (passphrase === undefined) return [notSet(about, 'SMIME_P12_PASSPHRASE')];
  if (fromAddress === undefined) return [notSet(about, 'PLATFORM_FROM_ADDRESS')];
  try {
    const identity = readPkcs12(readFileSync(file), passphrase);
    // The end of its validity is checked below, as for all other certificates.
    const problems = checkSigningIdentity(identity, { fromAddress, now: new Date(), warnDays: 0 }).filter(({ code }) => code !== 'expired');
    const findings = problems.map(({ message }) => wrong(about, message, 'the platform signs nothing until then'));
    return [...findings, judgeEnd(about, identity.notAfter, `for ${identity.addresses.join(', ')}`)];
  } catch (error) {
    return [
      wrong(
        about,
        `${file}: ${reasonOf(error)}`,
        'give SMIME_P12_FILE the PKCS#12 file with key, certificate and chain, and its passphrase',
      ),
    ];
  }
}

function lookAtFile(about: string, file: string): Finding {
  try {
    return judgeEnd(about, new Date(new X509Certificate(readFileSync(file)).validTo));
  } catch (error) {
    return wrong(about, `${file}: ${reasonOf(error)}`, 'let it be a PEM file that the dispatcher may read');
  }
}

/** @param of what else the finding should say about the certificate */
export function judgeEnd(about: string, end: Date, of = ''): Finding {
  const days = Math.floor((end.getTime() - Date.now()) / DAY_MS);
  const day = end.toISOString().slice(0, 10);
  const seen = [of, days < 0 ? `ended on ${day}` : `${days} days left, until ${day}`].filter(Boolean).join(', ');
  if (days < LAST_DAYS) return wrong(about, seen, 'install a new one now');
  return days < SOON_DAYS ? weak(about, seen, 'order a new one') : fine(about, seen);
}

/** Returns the servers with which, according to the variables, TLS is spoken. */
function serversWithTls(env: SiteEnvironment): [string, ServerWithTls][] {
  const servers: [string, ServerWithTls][] = [];
  const database = new URL(env.MIGRATION_DATABASE_URL ?? env.DATABASE_URL ?? 'postgresql://nowhere');
  if (!['disable', null].includes(database.searchParams.get('sslmode')))
    servers.push(['PostgreSQL', { host: database.hostname, port: Number(database.port || 5432), opening: 'postgres' }]);
  const redis = env.REDIS_URL === undefined ? null : parseRedisUrl(env.REDIS_URL);
  if (redis?.tls === true) for (const node of redis.nodes) servers.push(['Redis', { ...node, opening: 'none' }]);
  if (env.PLATFORM_SMTP_URL !== undefined) {
    const { host, port, security } = platformServer(env.PLATFORM_SMTP_URL);
    if (security !== 'none') servers.push(['the mail server', { host, port, opening: security === 'starttls' ? 'smtp' : 'none' }]);
  }
  const page = env.CONSOLE_URL === undefined ? null : new URL(env.CONSOLE_URL);
  if (page?.protocol === 'https:') servers.push(['the web page', { host: page.hostname, port: Number(page.port || 443), opening: 'none' }]);
  return servers;
}
