// Who hears, and when, that a way out has not worked for an hour, or will not much longer.
import { type OutcomeEvent } from '@billing-mail/contracts';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Nobody listens there. */
const DEAD_PORT = 1;

describe.each([
  ["a team's own server that does not answer", undefined],
  ['a certificate that has ended', -DAY_MS],
])('%s', (_name, endsInMs) => {
  let harness: Harness;
  beforeAll(async () => {
    const certificate =
      endsInMs === undefined
        ? {}
        : { certificate: { validFrom: new Date(Date.now() - 9 * DAY_MS), validTo: new Date(Date.now() + endsInMs) } };
    harness = await startHarness(certificate);
  });
  afterAll(() => harness.stop());

  const isCustom = endsInMs === undefined;
  const settings = (changes: object = {}) =>
    teamSettings('acme', {
      notifyUserIds: ['u3'],
      locale: 'de',
      ...(isCustom ? { sender: 'custom' as const, smtp: ownServer(DEAD_PORT) } : {}),
      ...changes,
    });
  const lane = `acme/${isCustom ? 'custom' : 'platform'}`;
  const troubles = () =>
    harness.sql.rows<{ isSeenSince: boolean }>('SELECT seen_at > told_at AS "isSeenSince" FROM dispatch.troubles WHERE lane = $1', [lane]);
  const told = (): OutcomeEvent[] => harness.outcomes.filter(({ type }) => type === 'server_down' || type === 'platform_unavailable');
  /** A new process notes at once what it meets; this one would not do so for a minute. */
  const restart = async () => {
    await harness.apps.pop()?.close();
    await harness.startDispatcher();
  };
  const meetTrouble = async () => {
    const job = invoice();
    await harness.publish(job);
    await harness.eventually(troubles, ({ length }) => length === 1);
    return job;
  };

  it('is told to the team after an hour, once, with since when and how many wait', async () => {
    await harness.saveSettings(settings());
    await meetTrouble();
    await meetTrouble();
    expect(told()).toEqual([]);
    await harness.sql.affected(`UPDATE dispatch.troubles SET since = since - interval '1 hour'`);
    const [{ since } = { since: new Date() }] = await harness.sql.rows<{ since: Date }>(
      'SELECT since FROM dispatch.troubles WHERE lane = $1',
      [lane],
    );
    await restart();
    // What waits for the platform meets it again by itself.
    if (isCustom) await meetTrouble();
    await harness.eventually(told, ({ length }) => length === 1);
    const whom = { teamId: 'acme', requestedBy: null, notifyUserIds: ['u3'], teamLocale: 'de', since: since.toISOString() };
    expect(told()[0]).toMatchObject(
      isCustom
        ? { ...whom, type: 'server_down', server: `127.0.0.1:${DEAD_PORT}`, failure: { code: 'smtp_unreachable' } }
        : { ...whom, type: 'platform_unavailable', reason: 'signing_unavailable', waiting: 2 },
    );
    await restart();
    await meetTrouble();
    await harness.eventually(troubles, ([trouble]) => trouble?.isSeenSince === true);
    expect(told()).toHaveLength(1);
  });

  it('is over for good once a document went out, also by another process', async () => {
    if (!isCustom) return expect(await readiness('signing')).toBe(0);
    await harness.saveSettings(settings({ version: 2, smtp: ownServer(harness.custom.port) }));
    await restart();
    const job = invoice();
    await harness.publish(job);
    await harness.until('acme', job.key, ({ status }) => status === 'sent');
    // Somebody else notes it as lasting since before that.
    await harness.sql.affected(`UPDATE dispatch.troubles SET since = since - interval '1 hour', told_at = NULL WHERE lane = $1`, [lane]);
    await harness.saveSettings(settings({ version: 3 }));
    await restart();
    const next = invoice();
    await harness.publish(next);
    await harness.until('acme', next.key, ({ status }) => status === 'failed');
    const [{ isNew } = { isNew: false }] = await harness.sql.rows<{ isNew: boolean }>(
      `SELECT since > now() - interval '10 minutes' AS "isNew" FROM dispatch.troubles WHERE lane = $1`,
      [lane],
    );
    expect(isNew).toBe(true);
    expect(told()).toHaveLength(1);
  });

  const readiness = async (part: string) => {
    const { text } = await harness.http().get('/metrics').expect(200);
    return Number(new RegExp(`^billing_mail_platform_route_ready\\{part="${part}"\\} (.*)$`, 'm').exec(text)?.[1]);
  };

  it('is a matter of the platform, and of its metric, only where it is the platform that can not send', async () => {
    expect(await readiness('signing')).toBe(isCustom ? 1 : 0);
    expect(await readiness('server')).toBe(1);
  });
});

describe('a certificate that ends before long', () => {
  let harness: Harness;
  beforeAll(async () => {
    // A little more, as it is ten days that are left when this is asked.
    harness = await startHarness({
      dispatchers: 2,
      certificate: { validFrom: new Date(Date.now() - DAY_MS), validTo: new Date(Date.now() + 10.5 * DAY_MS) },
    });
  });
  afterAll(() => harness.stop());

  it('is told once by all processes, for the last of its dates that has passed', async () => {
    const warnings = () => harness.outcomes.filter(({ type }) => type === 'certificate_expiring');
    await harness.eventually(warnings, ({ length }) => length === 1);
    expect(warnings()).toMatchObject([{ route: 'platform', daysLeft: 10, at: expect.any(String), notAfter: expect.any(String) }]);
    expect(await harness.sql.rows('SELECT days FROM dispatch.certificate_warnings')).toEqual([{ days: 14 }]);
  });
});
