import { startDnsServer } from '@billing-mail/testkit';
import { resolveHost } from './resolving.js';
import { handlesLeft, openHandles } from './testing/client.js';

let dns: Awaited<ReturnType<typeof startDnsServer>>;
let handlesBefore: string[];

beforeEach(async () => {
  handlesBefore = openHandles();
  dns = await startDnsServer({
    'mail.acme.test': { a: ['192.0.2.1', '192.0.2.2', '192.0.2.1'] },
    'failing.test': 'failing',
    'silent.test': 'silent',
    'empty.test': { a: [] },
  });
});

afterEach(async () => {
  await dns.close();
  expect(await handlesLeft(handlesBefore)).toEqual([]);
});

describe('the addresses of a host', () => {
  it('are all that DNS has, each once', async () => {
    expect(await resolveHost('mail.acme.test', 2_000, [dns.address])).toEqual({ ok: true, addresses: ['192.0.2.1', '192.0.2.2'] });
  });

  it.each([
    ['192.0.2.7', ['192.0.2.7']],
    ['2001:db8::1', ['2001:db8::1']],
    ['localhost', ['127.0.0.1', '::1']],
  ])('need no DNS for %s', async (host, addresses) => {
    expect(await resolveHost(host, 2_000, ['127.0.0.1:9'])).toEqual({ ok: true, addresses });
  });

  it.each([
    ['unknown.test', 'host_unknown'],
    ['empty.test', 'host_unknown'],
    ['failing.test', 'dns_unavailable'],
    ['silent.test', 'dns_unavailable'],
  ])('of %s are missing: %s', async (host, reason) => {
    const began = performance.now();
    expect(await resolveHost(host, 1_000, [dns.address])).toMatchObject({ ok: false, fact: { kind: 'address', stage: 'dns', reason } });
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
