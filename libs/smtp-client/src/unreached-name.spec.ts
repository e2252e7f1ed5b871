import { startDnsServer } from '@billing-mail/testkit';
import { openSession } from './open-session.js';
import { pinnedLookup } from './pinned-lookup.js';
import { beforeUnreached, waitForBeatMs } from './unreached-name.js';

const timeouts = { connectMs: 5_000, replyMs: 5_000, finalReplyMs: 5_000 };

describe('a name that leads to no public server', () => {
  const forbidden: string[] = [];
  const policy = { allowedNetworks: [], allowedPorts: [587], onForbidden: (host: string) => void forbidden.push(host) };
  let dns: Awaited<ReturnType<typeof startDnsServer>>;
  beforeAll(async () => {
    dns = await startDnsServer({ 'inside.test': { a: ['10.0.0.7'] } });
  });
  afterAll(() => dns.close());
  beforeEach(() => forbidden.splice(0));

  /** Returns how the opening ends for users: the text of the fact, and whether it took at least one beat. */
  const endOf = async (host: string) => {
    const since = performance.now();
    const server = { host, port: 587, security: 'none', auth: { type: 'none' } } as const;
    const opened = await openSession(server, { policy, timeouts, clientName: 'client.test', dnsServers: [dns.address] });
    return { text: opened.ok ? '' : opened.fact.text.replace(host, 'the name'), isOnBeat: performance.now() - since >= 2000 };
  };

  it('ends alike for mail whether it does not exist or leads inside, and the operator is told', async () => {
    const [unknown, inside] = await Promise.all([endOf('unknown.test'), endOf('inside.test')]);
    expect(inside).toEqual(unknown);
    expect(inside).toEqual({ text: 'no public server was found for the name the name', isOnBeat: true });
    expect(forbidden).toEqual(['inside.test']);
  });

  it('ends alike for HTTP', async () => {
    const errorOf = async (url: string) => {
      const since = performance.now();
      const error: unknown = await pinnedLookup(new URL(url), policy).catch((thrown: unknown) => thrown);
      return { error, isOnBeat: performance.now() - since >= 2000 };
    };
    const [unknown, inside] = await Promise.all([errorOf('https://no-such-host.invalid/'), errorOf('https://localhost/')]);
    expect(inside).toEqual(unknown);
    expect(inside).toMatchObject({ error: { name: 'UnreachedHostError' }, isOnBeat: true });
    expect(forbidden).toEqual(['localhost']);
  });

  it('never ends before the beat, which a timer alone may do', async () => {
    const waits = Array.from({ length: 50 }, async (_, index) => {
      const since = performance.now() - 1900 - index / 50;
      await beforeUnreached('unknown.test', since, 'unknown', policy);
      return performance.now() - since;
    });
    expect(Math.min(...(await Promise.all(waits)))).toBeGreaterThanOrEqual(2000);
  });

  it('lets nobody wait who has written an address', async () => {
    const { isOnBeat: _, ...ended } = await endOf('10.0.0.7');
    expect(ended).toEqual({ text: 'no public server was found for the name the name' });
    expect(forbidden).toEqual(['10.0.0.7']);
  });

  it.each([
    [0, 2000],
    [3, 1997],
    [1999, 1],
    [2000, 0],
    [2001, 1999],
  ])('found out after %i ms is told %i ms later, on a full beat', (took, wait) => {
    expect(waitForBeatMs(took)).toBe(wait);
  });
});
