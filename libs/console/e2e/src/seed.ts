// What invoicing and the clerks of a team do over HTTP, for tests and samples.
import {
  DISPATCH_QUEUE,
  type DispatchJobInput,
  type EmailDeliveryInput,
  type PersonInput,
  publishDispatchJob,
  QUEUE_PREFIX,
  type TokenClaims,
} from '@billing-mail/contracts';
import { type OpenIdProvider, eventually } from '@billing-mail/testkit';
import Queue from 'bull';
import { Client } from 'pg';
import { MAIL_APP, type System } from './system.js';

type Document = Omit<DispatchJobInput, 'version' | 'teamId' | 'key'>;
export type Settings = Partial<EmailDeliveryInput> & Pick<EmailDeliveryInput, 'companyName'>;

const PDF = Buffer.from('%PDF-1.7\n% a sample invoice\n%%EOF\n').toString('base64');

/** Returns a document as invoicing would hand it over; `changes` replace parts of it. */
export const invoice = (number: string, changes: Partial<Document> = {}): Document => ({
  requestedBy: { userId: 'anna.berg', locale: 'en' },
  document: { id: `inv-${number}`, type: 'invoice', number },
  to: [{ address: 'payables@customer.example', name: 'Accounts payable' }],
  subject: `Invoice ${number}`,
  text: 'Please find the invoice attached.',
  attachments: [{ filename: `${number}.pdf`, contentType: 'application/pdf', content: PDF }],
  ...changes,
});

export async function putSettings(system: System, teamId: string, settings: Settings, userId = 'anna.berg'): Promise<void> {
  const token = await system.token({ sub: userId, teams: { [teamId]: 'admin' } });
  await call('PUT', `${system.urls['settings-api']}/v1/teams/${teamId}/email-delivery`, token, settings);
}

/** Tells who somebody is, like the application in which people sign in. */
export async function namePerson(system: System, id: string, person: PersonInput): Promise<void> {
  const token = await system.token({ sub: 'host', role: 'service' });
  await call('PUT', `${system.urls['notification-service']}/v1/users/${encodeURIComponent(id)}`, token, person);
}

/** Signs in at a provider with a discovery document and connects the mailbox to `host`, as a browser would. */
export async function connectMailbox(
  system: System,
  teamId: string,
  at: OpenIdProvider,
  connection: { host: string; scope: string; mailbox?: string },
) {
  const token = await system.token({ sub: 'anna.berg', teams: { [teamId]: 'admin' } });
  const app = { provider: 'oidc', issuer: at.issuer, clientId: MAIL_APP.id, clientSecret: MAIL_APP.secret };
  const begun = await fetch(`${system.urls['settings-api']}/v1/teams/${teamId}/email-delivery/connection`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...app, ...connection }),
  });
  const { authorizationUrl } = (await begun.json()) as { authorizationUrl: string };
  const [cookie = ''] = begun.headers.getSetCookie()[0]?.split(';') ?? [];
  const ended = await fetch(await at.signIn(authorizationUrl), { headers: { cookie } });
  if (!ended.ok) throw new Error(`the mailbox was not connected: ${await ended.text()}`);
}

/** Makes the token of the team's mailbox end so soon that it is renewed before it is used. */
export const letTokenEnd = (system: System, teamId: string): Promise<void> =>
  change(system, `UPDATE settings.mail_connections SET access_token_ends_at = now() + interval '4 minutes' WHERE team_id = $1`, teamId);

/** Makes the team's mailbox require a new connection, as if its provider had said so. */
export const breakConnection = (system: System, teamId: string): Promise<void> =>
  change(
    system,
    `UPDATE settings.mail_connections SET trouble = 'sign_in_expired', trouble_since = now(), trouble_asked_at = now() WHERE team_id = $1`,
    teamId,
  );

async function change(system: System, statement: string, teamId: string): Promise<void> {
  const client = new Client({ connectionString: system.database.url });
  await client.connect();
  try {
    await client.query(statement, [teamId]);
  } finally {
    await client.end();
  }
}

/** Hands a document over and returns the delivery's id. */
export async function send(
  system: System,
  teamId: string,
  document: Document,
  { key = document.document.id, by = system.urls['mail-dispatcher'] }: { key?: string; by?: string } = {},
): Promise<string> {
  const token = await system.token({ sub: 'invoicing', role: 'service' });
  const url = `${by}/v1/teams/${teamId}/deliveries`;
  const { id } = (await call('POST', url, token, document, { 'Idempotency-Key': key })) as { id: string };
  return id;
}

/** Hands a document over by the queue, as invoicing does, even while no dispatcher runs. */
export async function publish(system: System, teamId: string, document: Document): Promise<void> {
  const queue = new Queue(DISPATCH_QUEUE, system.redis.url, { prefix: QUEUE_PREFIX });
  try {
    await publishDispatchJob(queue, { version: 1, teamId, key: document.document.id, ...document });
  } finally {
    await queue.close();
  }
}

/** Moves the next try of a delivery that waits to tomorrow, so that no test has to be faster than it. */
export const putOff = (system: System, teamId: string, id: string): Promise<void> => reschedule(system, teamId, id, tomorrow());

/** Moves the next try of a delivery that waits to now. */
export const bringForward = (system: System, teamId: string, id: string): Promise<void> =>
  reschedule(system, teamId, id, new Date().toISOString());

async function reschedule(system: System, teamId: string, id: string, sendAt: string): Promise<void> {
  await eventually(
    () => deliveriesOf(system, teamId, 'waiting'),
    (waiting) => waiting.some((each) => each.id === id),
  );
  const token = await system.token({ sub: 'anna.berg', teams: { [teamId]: 'admin' } });
  await call('POST', `${system.urls['mail-dispatcher']}/v1/teams/${teamId}/deliveries/${id}/reschedule`, token, { sendAt });
}

export const tomorrow = (): string => new Date(Date.now() + 24 * 3_600_000).toISOString();

/** Cancels the part of a delivery that no server has accepted yet. */
export async function cancel(system: System, teamId: string, id: string): Promise<void> {
  const token = await system.token({ sub: 'anna.berg', teams: { [teamId]: 'admin' } });
  await call('POST', `${system.urls['mail-dispatcher']}/v1/teams/${teamId}/deliveries/${id}/cancel`, token, {});
}

/** Marks everything that `userId` has been told as read, once it is about `count` documents. */
export async function readAll(system: System, userId: string, count: number): Promise<void> {
  const token = await system.token({ sub: userId, teams: { acme: 'admin' } });
  const url = `${system.urls['notification-service']}/v1/notifications`;
  await eventually(
    () => call('GET', url, token) as Promise<{ items: { count: number }[] }>,
    ({ items }) => items.reduce((sum, each) => sum + each.count, 0) >= count,
  );
  await call('POST', `${url}/read-all`, token, {});
}

/** Chooses an address for alerts, which is not confirmed yet. */
export async function chooseAddress(system: System, claims: TokenClaims, email: string): Promise<void> {
  const body = { email, locale: 'en', channels: { email: true, inbox: true } };
  await call('PUT', `${system.urls['notification-service']}/v1/preferences`, await system.token(claims), body);
}

/** Adds a webhook to the team, unless it has one with this address. */
export async function addWebhook(system: System, teamId: string, url: string): Promise<void> {
  const token = await system.token({ sub: 'anna.berg', teams: { [teamId]: 'admin' } });
  const webhooks = `${system.urls['notification-service']}/v1/teams/${teamId}/webhooks`;
  const { items } = (await call('GET', webhooks, token)) as { items: { url: string }[] };
  if (!items.some((webhook) => webhook.url === url)) await call('POST', webhooks, token, { url });
}

/** Returns the newest deliveries of a team. */
export async function deliveriesOf(system: System, teamId: string, status?: string): Promise<{ id: string; status: string }[]> {
  const token = await system.token({ sub: 'invoicing', role: 'service' });
  const query = `limit=100${status === undefined ? '' : `&status=${status}`}`;
  const url = `${system.urls['mail-dispatcher']}/v1/teams/${teamId}/deliveries?${query}`;
  return ((await call('GET', url, token)) as { items: { id: string; status: string }[] }).items;
}

/** Returns the id of a team's incident, once there is one. */
export async function openIncidentOf(system: System, teamId: string): Promise<string> {
  const token = await system.token({ sub: 'invoicing', role: 'service' });
  const url = `${system.urls['mail-dispatcher']}/v1/teams/${teamId}/incidents`;
  const { items } = await eventually(
    () => call('GET', url, token) as Promise<{ items: { id: string }[] }>,
    (answer) => answer.items.length > 0,
  );
  return items[0]?.id ?? '';
}

/** Waits until every delivery of these teams has ended, so that each run shows the same. */
export async function allSettled(system: System, teams: readonly string[]): Promise<void> {
  for (const team of teams) {
    await eventually(
      () => deliveriesOf(system, team),
      (all) => all.every(({ status }) => !['queued', 'sending', 'waiting'].includes(status)),
    );
  }
}

/** Returns what a team's admin reads at a path of a service, as text. */
export async function read(system: System, teamId: string, service: keyof System['urls'], path: string): Promise<string> {
  const token = await system.token({ sub: 'anna.berg', teams: { [teamId]: 'admin' } });
  return JSON.stringify(await call('GET', `${system.urls[service]}${path}`, token));
}

async function call(method: string, url: string, token: string, body?: object, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`);
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}
