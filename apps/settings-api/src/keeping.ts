import { eraseFrom, onConnection, rowsAbout, runOperation } from '@billing-mail/platform';
import { type Client } from 'pg';
import { settingsSchema } from './settings.schema.js';
import { migrationUrl } from './settings.env.js';

const connected = <T>(work: (client: Client) => Promise<T>): Promise<T> => onConnection(migrationUrl(), work);
const OF_TEAM = 'the settings that a team works with: whoever is its administrator takes the address out on the page';

runOperation('settings-api keeping', {
  export: (address = '') => connected(async (client) => ({ rows: await rowsAbout(client, settingsSchema.name, address) })),
  erase: (address = '', ...heldTeams) =>
    connected((client) =>
      eraseFrom(
        client,
        settingsSchema.name,
        address,
        { kept: { team_email_delivery: OF_TEAM, mail_connections: OF_TEAM }, removed: [] },
        heldTeams,
      ),
    ),
});
