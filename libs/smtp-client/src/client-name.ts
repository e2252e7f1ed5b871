import { hostname, networkInterfaces } from 'node:os';

/** `weakness`: why mail servers may not like the name, and what to do, for the operator's log; `null` if the name is fine. */
export type ClientName = { name: string; weakness: string | null };

/**
 * Returns the name that we send in EHLO: the configured name, else the name of this machine, if it is fully qualified; else this machine's
 * address as a literal (RFC 5321 4.1.3). It is never a single label: Postfix refuses one with `reject_non_fqdn_helo_hostname`, and filters
 * count it as spam.
 */
export function clientNameFor(configured: string | undefined, machine = hostname(), addresses = ownAddresses()): ClientName {
  if (configured !== undefined && isFullyQualified(configured)) return { name: configured, weakness: null };
  // A host name may contain characters that EHLO does not allow, such as an underscore.
  const own = machine.replace(/[^A-Za-z0-9.-]/g, '-').replace(/^[-.]+|[-.]+$/g, '');
  const name = isFullyQualified(own) ? own : literalOf(addresses[0] ?? '127.0.0.1');
  if (configured === undefined && name === own) return { name, weakness: null };
  const what = configured === undefined ? `this machine's name "${own}"` : `SMTP_CLIENT_NAME "${configured}"`;
  return { name, weakness: `${what} is not fully qualified, so "${name}" is said in EHLO; set SMTP_CLIENT_NAME to a name that DNS knows` };
}

const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
// Default names of machines that nobody has named.
const UNNAMED = /^localhost(?:\.|$)|\.(?:local|localdomain)$/i;

function isFullyQualified(name: string): boolean {
  const labels = name.split('.');
  return (
    labels.length > 1 &&
    name.length <= 253 &&
    labels.every((label) => LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '') &&
    !UNNAMED.test(name)
  );
}

const literalOf = (address: string): string => (address.includes(':') ? `[IPv6:${address}]` : `[${address}]`);

/** Returns the addresses of this machine that others may see, IPv4 first. */
function ownAddresses(): string[] {
  const others = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ internal }) => !internal);
  const isLinkLocal = (address: string): boolean => /^fe80:/i.test(address);
  return [
    ...others.filter(({ family }) => family === 'IPv4'),
    ...others.filter(({ family, address }) => family === 'IPv6' && !isLinkLocal(address)),
  ].map(({ address }) => address);
}
