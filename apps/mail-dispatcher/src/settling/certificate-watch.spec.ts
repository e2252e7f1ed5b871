// Tests the marks before a certificate expires: all processes together raise one alert for each mark, on its day, and none in between.
import { eventually } from '@billing-mail/testkit';
import { type TeamCertificate } from '@billing-mail/contracts';
import { SigningKey } from '../documents/signing-key.js';
import { type Harness, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { CertificateWatch } from './certificate-watch.js';
import { TeamCertificateWatch } from './team-certificate-watch.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the marks before a certificate ends', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ dispatchers: 2 });
  });
  afterAll(() => harness.stop());
  beforeEach(async () => {
    await harness.sql.affected('DELETE FROM dispatch.certificate_warnings');
    harness.outcomes.length = 0;
  });

  /** Walks from the day before a mark to the mark after it; each day all processes look twice. */
  async function walk(mark: number, after: number, look: (hoursLeft: number) => Promise<unknown>): Promise<void> {
    for (let days = mark + 1; days >= after; days -= 1) {
      await look(days * 24 + 12);
      await look(days * 24 + 1);
    }
  }
  async function told(type: 'certificate_expiring' | 'own_certificate_expiring', last: number): Promise<number[]> {
    const days = () => harness.outcomes.flatMap((event) => (event.type === type ? [event.daysLeft] : [])).toSorted((a, b) => b - a);
    return eventually(days, (all) => all.includes(last));
  }
  const noted = async () =>
    (await harness.sql.rows<{ days: number }>('SELECT days FROM dispatch.certificate_warnings ORDER BY days DESC')).map(({ days }) => days);
  /** A mark that has passed when the walk begins raises its alert on the first day of the walk. */
  const earlier = (mark: number, before: number): { days: number[]; marks: number[] } =>
    mark === 30 ? { days: [], marks: [] } : { days: [mark + 1], marks: [before] };

  const MARKS = {
    30: { before: Infinity, after: 14 },
    14: { before: 30, after: 3 },
    3: { before: 14, after: 0 },
    0: { before: 3, after: -1 },
  } as const;
  const ALL_MARKS = [30, 14, 3, 0] as const;

  it.each(ALL_MARKS)("are told to the platform's operator: %p days", async (mark) => {
    const { before, after } = MARKS[mark];
    const ends = harness.apps[0]?.get(SigningKey).identity.notAfter.getTime() ?? 0;
    const at = (hoursLeft: number) => new Date(ends - (hoursLeft * DAY_MS) / 24);
    await walk(mark, after, (left) => Promise.all(harness.apps.map((app) => app.get(CertificateWatch).look(at(left)))));
    expect(await told('certificate_expiring', after)).toEqual([...earlier(mark, before).days, mark, after]);
    expect(await noted()).toEqual([...earlier(mark, before).marks, mark, after]);
  });

  it.each(ALL_MARKS)('are told to the team that signs by itself: %p days', async (mark) => {
    const { before, after } = MARKS[mark];
    const ends = Date.now() + 400 * DAY_MS;
    const certificate = { addresses: ['billing@acme.example'], validTo: new Date(ends).toISOString() } as TeamCertificate;
    await harness.saveSettings(teamSettings('acme', { sender: 'custom', smtp: ownServer(harness.custom.port), certificate }));
    const at = (hoursLeft: number) => ends - (hoursLeft * DAY_MS) / 24;
    await walk(mark, after, (left) => Promise.all(harness.apps.map((app) => app.get(TeamCertificateWatch).look(at(left)))));
    expect(await told('own_certificate_expiring', after)).toEqual([...earlier(mark, before).days, mark, after]);
    expect(await noted()).toEqual([...earlier(mark, before).marks, mark, after]);
  });
});
