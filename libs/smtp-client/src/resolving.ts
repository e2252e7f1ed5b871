// Finds the addresses of a host name without letting a slow DNS server hold up anything else.
import { Resolver, lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type SmtpFact } from '@billing-mail/mail-core';
import pTimeout from 'p-timeout';

export type Resolution = { ok: true; addresses: string[] } | { ok: false; fact: SmtpFact };

const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

/**
 * Resolves to all addresses of `host`, IPv4 first. Asks DNS directly (c-ares), because while DNS is slow `getaddrinfo` occupies a thread of
 * libuv's small pool, which signing needs. A name that DNS does not know may still be in the hosts file or below a search domain, so a
 * negative answer is checked once more with `getaddrinfo`; a timeout is not.
 * @param dnsServers `address:port` of servers to ask in place of the system's; the hosts file is then not used either
 */
export async function resolveHost(host: string, timeoutMs: number, dnsServers?: readonly string[]): Promise<Resolution> {
  if (isIP(host) !== 0) return { ok: true, addresses: [host] };
  // RFC 6761 6.3: DNS is never asked for localhost.
  if (host.toLowerCase() === 'localhost') return { ok: true, addresses: ['127.0.0.1', '::1'] };
  const resolver = new Resolver({ timeout: Math.max(250, Math.floor(timeoutMs / 4)), tries: 2 });
  if (dnsServers !== undefined) resolver.setServers(dnsServers);
  const asked = await pTimeout(Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]), {
    ...{ milliseconds: timeoutMs, fallback: () => null },
  });
  resolver.cancel();
  if (asked === null) return unavailable(host, 'no answer in time');
  const addresses = asked.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length > 0) return { ok: true, addresses: [...new Set(addresses)] };
  const codes = asked.flatMap((answer) =>
    answer.status === 'rejected' ? [(answer.reason as NodeJS.ErrnoException).code ?? 'unknown'] : [],
  );
  if (codes.includes('ETIMEOUT')) return unavailable(host, 'no answer in time');
  const local = dnsServers === undefined ? await lookUpLocally(host, timeoutMs) : [];
  if (local.length > 0) return { ok: true, addresses: local };
  const failure = codes.find((code) => !NO_SUCH_NAME.has(code));
  if (failure !== undefined) return unavailable(host, failure);
  return { ok: false, fact: { kind: 'address', stage: 'dns', reason: 'host_unknown', text: `DNS knows no address of ${host}` } };
}

async function lookUpLocally(host: string, timeoutMs: number): Promise<string[]> {
  // DNS has already given the reason for the failure, so errors do not matter here.
  const asked = lookup(host, { all: true, order: 'ipv4first' }).catch(() => []);
  const found = await pTimeout(asked, { milliseconds: timeoutMs, fallback: () => [] });
  return found.map((entry) => entry.address);
}

function unavailable(host: string, why: string): Resolution {
  return {
    ok: false,
    fact: { kind: 'address', stage: 'dns', reason: 'dns_unavailable', text: `DNS could not be asked for ${host}: ${why}` },
  };
}
