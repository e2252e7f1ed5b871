import ipaddr from 'ipaddr.js';

/** Whose addresses count as one: of IPv6 everybody has a network of their own, with more addresses than can be counted (RFC 6177). */
export function networkOf(address: string): string {
  const parsed = ipaddr.isValid(address) ? ipaddr.process(address) : null;
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : (parsed?.toString() ?? address);
}
