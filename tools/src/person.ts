// Exports and erases what the three services know about a person's e-mail address (GDPR articles 15 and 17), and sets
// the legal holds that prevent it.
import { createHash } from 'node:crypto';
import { type Erasure, type KnownRow, type ServiceWithSchema } from '@billing-mail/platform';
import { askService } from './ask-service.js';
import { CurableError } from './step.js';

const SERVICES: readonly ServiceWithSchema[] = ['settings-api', 'mail-dispatcher', 'notification-service'];
const ask = <T extends object>(service: ServiceWithSchema, environment: NodeJS.ProcessEnv, ...args: string[]): Promise<T> =>
  askService<T>(service, 'keeping', environment, ...args);

export type LegalHold = { teamId: string; reason: string; since: string };
/** What was erased, as evidence; it does not contain the address itself. */
export type Protocol = Erasure & { addressSha256: string; erasedAt: string };

/** Returns all rows that contain the address, with their tables. */
export async function exportPerson(address: string, environment: NodeJS.ProcessEnv): Promise<KnownRow[]> {
  requireAddress(address);
  const known: KnownRow[] = [];
  for (const service of SERVICES) known.push(...(await ask<{ rows: KnownRow[] }>(service, environment, 'export', address)).rows);
  return known;
}

/** Erases the address wherever that is allowed. Safe to repeat: a second run reaches what the first could not. */
export async function erasePerson(address: string, environment: NodeJS.ProcessEnv): Promise<Protocol> {
  requireAddress(address);
  const { open } = await ask<{ open: { teamId: string; id: string }[] }>('mail-dispatcher', environment, 'open', address);
  if (open.length > 0)
    throw new CurableError(
      `${open.length} deliveries to it are under way:\n${open.map(({ teamId, id }) => `  ${teamId} ${id}`).join('\n')}`,
      'wait until they are settled, or cancel them; then erase.',
    );
  const heldTeams = (await legalHolds(environment)).map(({ teamId }) => teamId);
  const protocol: Protocol = {
    addressSha256: createHash('sha256').update(address.toLowerCase()).digest('hex'),
    erasedAt: new Date().toISOString(),
    changed: {},
    left: [],
  };
  for (const service of SERVICES) {
    const { changed, left } = await ask<Erasure>(service, environment, 'erase', address, ...(service === 'settings-api' ? heldTeams : []));
    Object.assign(protocol.changed, changed);
    protocol.left.push(...left);
  }
  return protocol;
}

export const legalHolds = async (environment: NodeJS.ProcessEnv): Promise<LegalHold[]> =>
  (await ask<{ holds: LegalHold[] }>('mail-dispatcher', environment, 'holds')).holds;

/** Sets a legal hold: until it is released, nothing of the team is removed for its age or erased. */
export async function holdTeam(teamId: string, reason: string, environment: NodeJS.ProcessEnv): Promise<void> {
  await ask('mail-dispatcher', environment, 'hold-team', teamId, reason);
  await ask('notification-service', environment, 'hold-team', teamId);
}

export async function releaseTeam(teamId: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  await ask('notification-service', environment, 'release-team', teamId);
  return (await ask<{ released: boolean }>('mail-dispatcher', environment, 'release-team', teamId)).released;
}

function requireAddress(address: string): void {
  if (!/^[^\s@]+@[^\s@]+$/.test(address))
    throw new CurableError(`"${address}" is no e-mail address.`, 'name one, such as ann@customer.example.');
}
