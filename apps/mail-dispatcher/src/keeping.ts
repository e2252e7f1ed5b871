import { eraseFrom, onConnection, rowsAbout, runOperation } from '@billing-mail/platform';
import { type Client } from 'pg';
import { dispatchSchema } from './dispatch.schema.js';
import { migrationUrl } from './dispatcher.env.js';
import { forgetName, heldTeams, holdTeam, openDeliveriesTo, releaseTeam } from './keeping/persons.store.js';

const connected = <T>(work: (client: Client) => Promise<T>): Promise<T> => onConnection(migrationUrl(), work);

runOperation('mail-dispatcher keeping', {
  export: (address = '') => connected(async (client) => ({ rows: await rowsAbout(client, dispatchSchema.name, address) })),
  erase: (address = '') =>
    connected(async (client) => {
      const rules = { kept: { legal_holds: 'it says why a team is held' }, removed: ['rejected_jobs'], also: forgetName };
      return eraseFrom(
        client,
        dispatchSchema.name,
        address,
        rules,
        (await heldTeams(client)).map(({ teamId }) => teamId),
      );
    }),
  // Erasing is refused while deliveries to the address are open, as they still need it.
  open: (address = '') => connected(async (client) => ({ open: await openDeliveriesTo(client, address) })),
  holds: () => connected(async (client) => ({ holds: await heldTeams(client) })),
  'hold-team': (teamId = '', reason = '') => connected((client) => holdTeam(client, teamId, reason)),
  'release-team': (teamId = '') => connected((client) => releaseTeam(client, teamId)),
});
