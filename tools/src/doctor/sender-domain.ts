// Checks the DNS records of the domain that the platform sends from, and of the domain that bounce reports come back to. Receivers reject
// mail, or treat it as spam, if its domain does not say who may send for it (SPF, RFC 7208; DKIM, RFC 6376; DMARC, RFC 7489).
import { Resolver } from 'node:dns/promises';
import { domainToASCII } from 'node:url';
import { type Finding, fine, notSet, reasonOf, weak, wrong } from './finding.js';
import { type Site } from './site.js';

/** `null`: the name does not exist; empty: it exists, without such a record. */
type Records<T> = T[] | null;
type Exchanger = { priority: number; exchange: string };

export async function lookAtSenderDomain({ env, dnsServer, dkimSelector }: Site): Promise<Finding[]> {
  const address = env.PLATFORM_FROM_ADDRESS;
  if (address === undefined) return [notSet('sender domain', 'PLATFORM_FROM_ADDRESS')];
  const dns = new DnsView(dnsServer);
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1));
  const bounceDomain = env.BOUNCE_DOMAIN ?? null;
  const looks = [
    lookAtExchangers(dns, domain, 'replies to the platform come back as undeliverable'),
    ...(bounceDomain === null ? [] : [lookAtExchangers(dns, bounceDomain, 'no report on what came back arrives')]),
    // Receivers look up SPF for the domain of the return path.
    lookAtSpf(dns, bounceDomain ?? domain),
    lookAtDmarc(dns, domain, bounceDomain),
    lookAtDkim(dns, domain, dkimSelector),
  ];
  return Promise.all(looks);
}

/** Queries DNS. Rejects if there is no answer, because that does not say whether the name exists. */
class DnsView {
  private readonly resolver = new Resolver({ timeout: 5000, tries: 3 });

  constructor(server: string | null) {
    if (server !== null) this.resolver.setServers([server]);
  }

  exchangers = (name: string): Promise<Records<Exchanger>> => known(this.resolver.resolveMx(name));

  async texts(name: string): Promise<Records<string>> {
    const texts = await known(this.resolver.resolveTxt(name));
    return texts?.map((strings) => strings.join('')) ?? null;
  }

  async hasAddress(name: string): Promise<boolean> {
    const [four, six] = await Promise.all([known(this.resolver.resolve4(name)), known(this.resolver.resolve6(name))]);
    return (four ?? []).length + (six ?? []).length > 0;
  }
}

async function known<T>(question: Promise<T[]>): Promise<Records<T>> {
  return question.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENODATA') return [];
    if (error.code === 'ENOTFOUND') return null;
    throw new Error(`DNS gives no answer (${reasonOf(error)}); look again, or name another server: --dns-server 9.9.9.9`);
  });
}

async function lookAtExchangers(dns: DnsView, domain: string, otherwise: string): Promise<Finding> {
  const about = `MX of ${domain}`;
  const cure = `in the zone: ${domain}. MX 10 and the name of the server that takes its mail`;
  const exchangers = await dns.exchangers(domain);
  if (exchangers === null) return wrong(about, `DNS does not know ${domain}: ${otherwise}`, cure);
  if (exchangers.length === 0) return wrong(about, `none: ${otherwise}`, cure);
  // RFC 7505: a single dot says that the domain takes no mail.
  if (exchangers.some(({ exchange }) => exchange === '' || exchange === '.'))
    return wrong(about, `it accepts no mail (RFC 7505): ${otherwise}`, cure);
  const names = exchangers.sort((one, other) => one.priority - other.priority).map(({ exchange }) => exchange);
  const found = await Promise.all(names.map((name) => dns.hasAddress(name)));
  const lost = names.filter((_, index) => found[index] === false);
  if (lost.length === names.length) return wrong(about, `${lost.join(', ')}, without an address`, 'give the server an A or AAAA record');
  return lost.length === 0
    ? fine(about, names.join(', '))
    : weak(about, `${lost.join(', ')} of ${names.join(', ')} without an address`, 'correct or remove it');
}

async function lookAtSpf(dns: DnsView, domain: string): Promise<Finding> {
  const about = `SPF of ${domain}`;
  const cure = `in the zone: ${domain}. TXT "v=spf1 include:… -all", as the provider of the platform's mail server names it`;
  const records = ((await dns.texts(domain)) ?? []).filter((text) => /^v=spf1(?: |$)/i.test(text));
  const [record] = records;
  if (record === undefined) return wrong(about, 'none', cure);
  if (records.length > 1) return wrong(about, `${records.length} records: receivers take none of them`, 'make one of them');
  if (/(?:^|\s)\+?all(?:\s|$)/i.test(record)) return wrong(about, `${record}: everybody may send for it`, 'let it end in -all or ~all');
  if (!/(?:^|\s)(?:[-~]all(?:\s|$)|redirect=)/i.test(record))
    return weak(about, `${record}: nobody is excluded`, 'let it end in -all or ~all');
  return fine(about, record);
}

async function lookAtDmarc(dns: DnsView, domain: string, bounceDomain: string | null): Promise<Finding> {
  const about = `DMARC of ${domain}`;
  const found = await findDmarc(dns, domain);
  if (found === null)
    return wrong(
      about,
      'none, which large providers ask for',
      `in the zone: _dmarc.${domain}. TXT "v=DMARC1; p=none; rua=mailto:…", and p=quarantine once the reports are clean`,
    );
  const policy = /(?:^|;)\s*p\s*=\s*(\w+)/i.exec(found.record)?.[1]?.toLowerCase();
  const seen = `${found.record}${found.at === domain ? '' : ` (of ${found.at})`}`;
  if (policy === undefined) return wrong(about, `${seen}: without a policy it is no record`, 'add p=none, p=quarantine or p=reject');
  const isAligned = bounceDomain === null || bounceDomain === domain || bounceDomain.endsWith(`.${found.at}`);
  if (!isAligned)
    return weak(
      about,
      `${seen}; reports go to ${bounceDomain}, so SPF does not count`,
      `sign with DKIM for ${domain}, or take a BOUNCE_DOMAIN below it`,
    );
  return policy === 'none'
    ? weak(about, `${seen}: it forbids nothing yet`, 'p=quarantine or p=reject once the reports are clean')
    : fine(about, seen);
}

/** Finds the record of the domain itself or else of the nearest parent domain that has one, but never of a top-level domain. */
async function findDmarc(dns: DnsView, domain: string): Promise<{ at: string; record: string } | null> {
  for (let at = domain; at.includes('.'); at = at.slice(at.indexOf('.') + 1)) {
    const record = ((await dns.texts(`_dmarc.${at}`)) ?? []).find((text) => /^v=DMARC1\s*(?:;|$)/.test(text));
    if (record !== undefined) return { at, record };
  }
  return null;
}

/** Looks for the keys with which the platform's mail server signs. Only that server knows the name of its key (the selector). */
async function lookAtDkim(dns: DnsView, domain: string, selector: string | null): Promise<Finding> {
  const about = `DKIM of ${domain}`;
  const cure = "let the platform's mail server sign, and put the key that it names into the zone";
  if (selector === null) {
    // If a name exists, every name above it exists as well (RFC 8020).
    const isThere = (await dns.texts(`_domainkey.${domain}`)) !== null;
    if (!isThere) return weak(about, 'no key found', cure);
    return fine(about, 'there are keys; --dkim-selector NAME looks at one (s= in the header DKIM-Signature of what you receive)');
  }
  const name = `${selector}._domainkey.${domain}`;
  const record = ((await dns.texts(name)) ?? []).find((text) => /(?:^|;)\s*p\s*=/.test(text));
  if (record === undefined) return wrong(about, `no key at ${name}`, cure);
  return /(?:^|;)\s*p\s*=\s*(?:;|$)/.test(record) ? wrong(about, `the key at ${name} is revoked`, cure) : fine(about, `a key at ${name}`);
}
