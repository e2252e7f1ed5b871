// The teams that a development machine starts with. A team that already exists keeps its settings.
import { emailDeliveryView, type emailDeliveryInput } from '@billing-mail/contracts';
import { type z } from 'zod';
import { call } from '../services-client.js';

export const SAMPLE_TEAMS = ['acme', 'globex', 'initech'] as const;

type Team = z.input<typeof emailDeliveryInput>;

/** The mail server that teams use as their own, as the services reach it. Nothing listens on `downPort`. */
export type OwnServer = { host: string; port: number; downPort: number };

/** Returns the settings by team: one team uses the platform, one its own server, and one an own server that is down. */
function sampleTeams({ host, port, downPort }: OwnServer): Record<(typeof SAMPLE_TEAMS)[number], Team> {
  const ownServer = (atPort: number, fromAddress: string, fromName: string) => ({
    host,
    port: atPort,
    security: 'none' as const,
    auth: { type: 'none' as const },
    fromAddress,
    fromName,
  });
  return {
    acme: {
      companyName: 'ACME GmbH',
      replyTo: 'billing@acme.example',
      locale: 'de',
      cc: [{ address: 'boss@acme.example', name: 'Geschäftsleitung' }],
      bcc: [{ address: 'controlling@acme.example', name: 'Controlling' }],
      sender: 'platform',
      notifyUserIds: ['acme-admin'],
    },
    globex: {
      companyName: 'Globex Corporation',
      locale: 'en',
      sender: 'custom',
      smtp: ownServer(port, 'billing@globex.example', 'Globex Billing'),
      fallback: false,
      notifyUserIds: ['globex-admin'],
    },
    initech: {
      companyName: 'Initech Ltd.',
      replyTo: 'accounts@initech.example',
      locale: 'en',
      sender: 'custom',
      smtp: ownServer(downPort, 'billing@initech.example', 'Initech Billing'),
      fallback: true,
      notifyUserIds: ['initech-admin'],
    },
  };
}

/** Writes the settings of teams that have none, and updates the port of a local server that had to move. */
export async function seedTeams(settingsApi: string, token: string, ownServer: OwnServer): Promise<void> {
  for (const [teamId, team] of Object.entries(sampleTeams(ownServer))) {
    const url = `${settingsApi}/v1/teams/${teamId}/email-delivery`;
    const { status, body } = await call(url, token, { expect: [200, 404] });
    if (status === 404) {
      await call(url, token, { method: 'PUT', body: team });
      continue;
    }
    const stored = emailDeliveryView.parse(body);
    const isLocal = stored.smtp?.host === ownServer.host && stored.smtp.auth.type === 'none';
    if (isLocal && team.smtp && stored.smtp?.port !== team.smtp.port) {
      await call(url, token, { method: 'PUT', body: { ...stored, smtp: { ...stored.smtp, port: team.smtp.port } } });
    }
  }
}
