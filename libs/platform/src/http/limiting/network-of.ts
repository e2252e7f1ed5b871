import ipaddr from 'ipaddr.js';

/** Returns the network whose addresses count as one client. An IPv6 user has a whole network (RFC 6177), here taken as /64. */
export function networkOf(address: string): string {
  const parsed = ipaddr.isValid(address) ? ipaddr.process(address) : null;
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : (parsed?.toString() ?? address);
}
