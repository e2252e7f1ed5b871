import { eraseFrom, onConnection, rowsAbout, runOperation } from '@billing-mail/platform';
import { type Client } from 'pg';
import { migrationUrl } from './notification.env.js';
import { ERASURE, notifySchema } from './notify.schema.js';

const connected = <T>(work: (client: Client) => Promise<T>): Promise<T> => onConnection(migrationUrl(), work);

runOperation('notification-service keeping', {
  export: (address = '') => connected(async (client) => ({ rows: await rowsAbout(client, notifySchema.name, address) })),
  erase: (address = '') =>
    connected(async (client) => {
      const { rows } = await client.query<{ team_id: string }>('SELECT team_id FROM notify.legal_holds');
      return eraseFrom(
        client,
        notifySchema.name,
        address,
        ERASURE,
        rows.map((row) => row.team_id),
      );
    }),
  'hold-team': (teamId = '') =>
    connected((client) =>
      client.query('INSERT INTO notify.legal_holds VALUES ($1) ON CONFLICT DO NOTHING', [teamId]).then(() => undefined),
    ),
  'release-team': (teamId = '') =>
    connected((client) => client.query('DELETE FROM notify.legal_holds WHERE team_id = $1', [teamId]).then(() => undefined)),
});
