// Five hundred bodies made wrong for each service: each is refused in words or taken, and nothing is an error of ours.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutateText, randomBy } from '@billing-mail/testkit';
import { invoice } from '@billing-mail/tools/stage';
import { type ServiceName } from '@billing-mail/tools/starting/services';
import { TEAM } from './callers.js';
import { Site } from './site.js';

const BODIES = 500;
// Another one: FUZZ_SEED=123 npm test mutated-bodies
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261126);
const AT_A_TIME = 10;

const { key: _key, version: _version, teamId: _teamId, ...document } = invoice(TEAM);
const settings = (port: number) => ({
  ...{ companyName: 'ACME GmbH', replyTo: 'billing@acme.example', locale: 'de', sender: 'custom', fallback: true, notifyUserIds: ['u3'] },
  ...{ cc: [{ address: 'boss@acme.example' }], bcc: [{ address: 'controlling@acme.example', name: 'Controlling' }] },
  smtp: {
    ...{ host: 'smtp.acme.example', port, security: 'starttls', fromAddress: 'billing@acme.example', fromName: 'ACME Billing' },
    auth: { type: 'password', username: 'billing', password: 'geheim' },
  },
});
const delivery = { ...document, cc: [{ address: 'c@customer.example' }], html: '<p>Hi</p>' };
const preferences = { email: null, locale: 'de', channels: { email: false, inbox: true } };
const EDGES: [ServiceName, method: string, path: string, validOn: (site: Site) => object][] = [
  // Of another team than the invoices: its server is not there. Only the ports of the stage are allowed.
  ['settings-api', 'PUT', '/v1/teams/fuzzed/email-delivery', ({ stage }) => settings(stage.customServers[0]?.port ?? 0)],
  ['mail-dispatcher', 'POST', `/v1/teams/${TEAM}/deliveries`, () => delivery],
  ['notification-service', 'PUT', '/v1/preferences', () => preferences],
];

describe(`mutated bodies (seed ${SEED})`, () => {
  let folder: string;
  let site: Site;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mutated-bodies-'));
    site = await Site.open(folder);
  });
  afterAll(async () => {
    await site.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(EDGES)('are each taken by %s, or refused with a pointer', async (service, method, path, validOn) => {
    const random = randomBy(SEED);
    const bodies = Array.from({ length: BODIES }, () => mutateText(validOn(site), random));
    const odd: string[] = [];
    const statuses = new Set<number>();
    const ask = async (body: string, index: number): Promise<void> => {
      const { status, text } = await site.ask(service, path, {
        as: 'service',
        method,
        body,
        headers: { 'idempotency-key': `fuzzed-${index}` },
      });
      statuses.add(status);
      const { errors = [] } = JSON.parse(text) as { errors?: { pointer?: string; message: string }[] };
      const isNamed = errors.length > 0 && errors.every(({ pointer, message }) => typeof pointer === 'string' && message !== '');
      const isFine = [200, 202, 400, 413].includes(status) || (status === 422 && isNamed);
      if (!isFine) odd.push(`${status}: ${text.slice(0, 300)} to ${body.slice(0, 1000)}`);
    };
    for (let from = 0; from < bodies.length; from += AT_A_TIME)
      await Promise.all(bodies.slice(from, from + AT_A_TIME).map((body, index) => ask(body, from + index)));
    expect(odd).toEqual([]);
    // Some are taken and some are not, or it is not the edge that was tried.
    expect([...statuses]).toEqual(expect.arrayContaining([422, 400]));
    expect(statuses.has(200) || statuses.has(202)).toBe(true);
    expect(site.failuresInLogs()).toBe(0);
    expect(Object.values(site.services).every(({ isRunning }) => isRunning)).toBe(true);
  });
});
