// Who is alerted, and when, that a route does not work, or that a certificate expires soon.
import { eventually } from '@billing-mail/testkit';
import { type DeliveryView, type IncidentList, type IncidentView, type OutcomeEvent, type TeamMailSettings } from '@billing-mail/contracts';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Nothing listens on this port. */
const DEAD_PORT = 1;

describe('a platform whose certificate has ended', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ certificate: { validFrom: new Date(Date.now() - 9 * DAY_MS), validTo: new Date(Date.now() - DAY_MS) } });
  });
  afterAll(() => harness.stop());

  const troubles = () =>
    harness.sql.rows<{ isSeenSince: boolean }>(
      `SELECT seen_at > told_at AS "isSeenSince" FROM dispatch.troubles WHERE lane = 'acme/platform'`,
    );
  const told = (): OutcomeEvent[] => harness.outcomes.filter(({ type }) => type === 'platform_unavailable');
  /** Replaces the dispatcher: a new process notes at once what it meets, whereas the old one would not note it again for a minute. */
  const restart = async () => {
    await harness.apps.pop()?.close();
    await harness.startDispatcher();
  };
  const meetTrouble = async () => {
    await harness.publish(invoice());
    await eventually(troubles, ({ length }) => length === 1);
  };
  const readiness = async (part: string) => {
    const { text } = await harness.http().get('/metrics').expect(200);
    return Number(new RegExp(`^billing_mail_platform_route_ready\\{part="${part}"\\} (.*)$`, 'm').exec(text)?.[1]);
  };

  it('is told to the team after an hour, once, with since when and how many wait', async () => {
    await harness.saveSettings(teamSettings('acme', { notifyUserIds: ['u3'], locale: 'de' }));
    await meetTrouble();
    await meetTrouble();
    expect(told()).toEqual([]);
    await harness.sql.affected(`UPDATE dispatch.troubles SET since = since - interval '1 hour'`);
    const [{ since } = { since: new Date() }] = await harness.sql.rows<{ since: Date }>('SELECT since FROM dispatch.troubles');
    await restart();
    await eventually(told, ({ length }) => length === 1);
    expect(told()).toMatchObject([
      {
        ...{ teamId: 'acme', requestedBy: null, notifyUserIds: ['u3'], teamLocale: 'de', since: since.toISOString() },
        ...{ type: 'platform_unavailable', reason: 'signing_unavailable', waiting: 2 },
      },
    ]);
    await restart();
    await meetTrouble();
    await eventually(troubles, ([trouble]) => trouble?.isSeenSince === true);
    expect(told()).toHaveLength(1);
    expect([await readiness('signing'), await readiness('server')]).toEqual([0, 1]);
  });
});

describe("trouble with a team's own server", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ env: { RETRY_DELAYS: '60s,60s' } });
  });
  afterAll(() => harness.stop());
  beforeEach(() => harness.reset());

  const get = async <T>(url: string): Promise<T> =>
    (await harness.http().get(`/v1/teams/${url}`).set('Authorization', `Bearer ${harness.serviceToken}`)).body as T;
  const post = (url: string, body: object = {}) =>
    harness.http().post(`/v1/teams/${url}`).set('Authorization', `Bearer ${harness.serviceToken}`).send(body);
  const incidentsOf = async (team: string) => (await get<IncidentList>(`${team}/incidents`)).items;
  const told = () => harness.outcomes.filter(({ type }) => type === 'server_down');
  const custom = (team: string, version: number, smtp: TeamMailSettings['smtp']) =>
    teamSettings(team, { sender: 'custom', smtp, version, notifyUserIds: ['u3'], locale: 'de' });
  const waitingOne = async (teamId: string) => {
    const job = invoice({ teamId });
    await harness.publish(job);
    return harness.until(teamId, job.key, ({ status }) => status === 'waiting');
  };
  const signedIn = (team: string, password: string, version: number) =>
    custom(team, version, harness.serverWithPassword(team, harness.custom.port, password));

  it('is a password sealed for another team: nobody signs in by it, and it counts as moved', async () => {
    harness.custom.script = { security: 'starttls', accounts: [{ username: 'billing', password: 'right' }] };
    const moved = async () => {
      const { text } = await harness.http().get('/metrics').expect(200);
      return Number(/^billing_mail_refused_requests_total\{kind="moved_seal"\} (.*)$/m.exec(text)?.[1]);
    };
    const before = await moved();
    await harness.saveSettings(custom('thief', 1, harness.serverWithPassword('robbed', harness.custom.port, 'right')));
    await harness.publish(invoice({ teamId: 'thief' }));
    await eventually(moved, (count) => count > before);
    expect(harness.custom.connections.flatMap(({ authAttempts }) => authAttempts)).toEqual([]);
  });

  it('is an incident at once where somebody has to change something: told once, and over with the first document that goes', async () => {
    harness.custom.script = { security: 'starttls', accounts: [{ username: 'billing', password: 'right' }] };
    await harness.saveSettings(signedIn('mends', 'wrong', 1));
    const first = await waitingOne('mends');
    await eventually(told, ({ length }) => length === 1);
    const second = await waitingOne('mends');
    const [incident] = await incidentsOf('mends');
    expect(incident).toMatchObject({
      ...{ teamId: 'mends', route: 'custom', code: 'smtp_auth_rejected', server: `127.0.0.1:${harness.custom.port}`, endedAt: null },
      ...{ failures: 2, turn: 'team', field: '/smtp/auth/password', reply: expect.stringMatching(/^535/) },
      deliveries: { underWay: 2, sent: 0 },
    });
    expect(JSON.stringify(incident)).not.toContain('wrong');
    expect(told()).toMatchObject([
      {
        ...{
          teamId: 'mends',
          requestedBy: null,
          notifyUserIds: ['u3'],
          teamLocale: 'de',
          incidentId: incident?.id,
          since: incident?.since,
        },
        ...{ failure: { code: 'smtp_auth_rejected' }, waiting: 1 },
      },
    ]);
    const filter = `deliveries?incident=${incident?.id}`;
    const found = await get<{ items: DeliveryView[] }>(`mends/${filter}`);
    expect(found.items.map(({ id, incidentId }) => [id, incidentId])).toEqual([second, first].map(({ id }) => [id, incident?.id]));
    expect((await get<{ items: DeliveryView[] }>(`others/${filter}`)).items).toEqual([]);
    expect(await get(`others/incidents/${incident?.id}`)).toMatchObject({ status: 404 });
    expect(await get('mends/deliveries?incident=1')).toMatchObject({ status: 422, errors: [{ pointer: '/incident' }] });

    await harness.saveSettings(signedIn('mends', 'right', 2));
    const over = await eventually(
      () => get<IncidentView>(`mends/incidents/${incident?.id}`),
      ({ endedAt, deliveries }) => endedAt !== null && deliveries.underWay === 0,
    );
    expect(over.deliveries).toMatchObject({ sent: 2, failed: 0 });
    expect(told()).toHaveLength(1);
  });

  it('is told with the address of whoever asked for the document where the team has named them', async () => {
    harness.custom.script = { security: 'starttls', accounts: [{ username: 'billing', password: 'right' }] };
    await harness.saveSettings({ ...signedIn('named', 'wrong', 1), notifyUserIds: ['u3', 'u17'] });
    await waitingOne('named');
    await eventually(told, ({ length }) => length === 1);
    expect(told()).toMatchObject([{ requestedBy: { userId: 'u17', email: 'clerk@acme.example' }, notifyUserIds: ['u3', 'u17'] }]);
  });

  it('is none before its third failure where it may pass by itself, and never was one where it has passed', async () => {
    await harness.saveSettings(custom('passes', 1, ownServer(DEAD_PORT)));
    await waitingOne('passes');
    await waitingOne('passes');
    expect([await incidentsOf('passes'), told()]).toEqual([[], []]);
    // This also holds if the success is that of a process which never met the trouble.
    await harness.apps.pop()?.close();
    await harness.startDispatcher();
    await harness.saveSettings(custom('passes', 2, ownServer(harness.custom.port)));
    await eventually(
      () => harness.sql.rows(`SELECT FROM dispatch.incidents WHERE team_id = 'passes'`),
      ({ length }) => length === 0,
    );
    await harness.saveSettings(custom('passes', 3, ownServer(DEAD_PORT)));
    for (let round = 0; round < 3; round += 1) await waitingOne('passes');
    await eventually(told, ({ length }) => length === 1);
    expect(await incidentsOf('passes')).toMatchObject([{ code: 'smtp_unreachable', failures: 3, deliveries: { underWay: 3 } }]);
    await harness.saveSettings(teamSettings('passes', { version: 4 }));
    await eventually(
      () => incidentsOf('passes'),
      ([incident]) => incident?.endedAt !== null,
    );
  });

  it('is tried again now, or not before a time, by whoever may write', async () => {
    await harness.saveSettings(custom('moves', 1, ownServer(DEAD_PORT)));
    const { id, key } = await waitingOne('moves');
    const url = `moves/deliveries/${id}`;
    const later = '2031-05-06T07:08:09.000Z';
    expect((await post(`${url}/reschedule`, { sendAt: later })).body).toMatchObject({ status: 'waiting', nextTryAt: later });
    expect((await post(`${url}/reschedule`, { sendAt: 'soon' })).status).toBe(422);
    expect((await post(`${url}/retry-now`)).status).toBe(200);
    await harness.until('moves', key, ({ attempts, status }) => attempts.length === 2 && status === 'waiting');
    const member = await harness.token({ teams: { moves: 'member' } });
    expect((await post(`${url}/retry-now`).set('Authorization', `Bearer ${member}`)).status).toBe(403);
    expect((await post(`others/deliveries/${id}/retry-now`)).status).toBe(404);
    await post(`${url}/cancel`);
    expect((await post(`${url}/retry-now`)).body).toMatchObject({ status: 409 });
  });

  it('dates what waits for its time anew when it goes sooner', async () => {
    await harness.saveSettings(teamSettings('dates'));
    const job = invoice({ teamId: 'dates', sendAt: '2031-05-06T07:08:09.000Z' });
    await harness.publish(job);
    const { id } = await harness.until('dates', job.key, ({ status }) => status === 'queued');
    await post(`dates/deliveries/${id}/retry-now`);
    const sent = await harness.until('dates', job.key);
    expect(sent.status).toBe('sent');
    expect(harness.rawOf(sent).toString()).not.toMatch(/^Date: .*2031/m);
  });
});

describe('a certificate that ends before long', () => {
  let harness: Harness;
  beforeAll(async () => {
    // Half a day more, so that ten full days are left when the test asks.
    harness = await startHarness({
      dispatchers: 2,
      certificate: { validFrom: new Date(Date.now() - DAY_MS), validTo: new Date(Date.now() + 10.5 * DAY_MS) },
    });
  });
  afterAll(() => harness.stop());

  it('is told once by all processes, for the last of its dates that has passed', async () => {
    const warnings = () => harness.outcomes.filter(({ type }) => type === 'certificate_expiring');
    await eventually(warnings, ({ length }) => length === 1);
    expect(warnings()).toMatchObject([{ route: 'platform', daysLeft: 10, at: expect.any(String), notAfter: expect.any(String) }]);
    expect(await harness.sql.rows('SELECT days FROM dispatch.certificate_warnings')).toEqual([{ days: 14 }]);
  });
});
