// All checks of `npm run doctor -- --production`, in the order of their dependencies.
import { lookAtCertificates } from './certificates.js';
import { lookAtClocks } from './clock.js';
import { lookAtDocumentStore } from './document-store.js';
import { type Finding, reasonOf, wrong } from './finding.js';
import { lookAtPlatformServer } from './platform-server.js';
import { lookAtPostgres } from './postgres.js';
import { lookAtRedis } from './redis.js';
import { lookAtSenderDomain } from './sender-domain.js';
import { lookAtServices } from './services.js';
import { type Site } from './site.js';
import { lookAtTokens } from './tokens.js';

type Check = { about: string; look: (site: Site) => Promise<Finding[]> };

const CHECKS: readonly Check[] = [
  { about: 'PostgreSQL', look: lookAtPostgres },
  { about: 'Redis', look: lookAtRedis },
  { about: 'services', look: lookAtServices },
  { about: 'tokens', look: lookAtTokens },
  { about: 'clock', look: lookAtClocks },
  { about: 'documents', look: ({ env }) => lookAtDocumentStore(env) },
  { about: 'certificates', look: lookAtCertificates },
  { about: 'mail server', look: lookAtPlatformServer },
  { about: 'sender domain', look: lookAtSenderDomain },
];

/** Each check runs by itself: one that fails unexpectedly reports that, and the others continue. */
export async function examine(site: Site): Promise<Finding[]> {
  const looks = CHECKS.map(({ about, look }) =>
    look(site).catch((error: unknown) => [wrong(about, reasonOf(error), 'fix what the message names, then look again')]),
  );
  return (await Promise.all(looks)).flat();
}
