import ipaddr from 'ipaddr.js';
import { type NetworkPolicy } from './smtp-server.js';

// Azure's WireServer answers on an address that is registered as public unicast. The metadata services of other clouds have
// link-local (169.254.169.254), shared (100.100.100.200) or unique local (fd00:ec2::254) addresses, which are refused as such.
const METADATA_SERVICES = new Set(['168.63.129.16']);

/**
 * Returns whether a team's own server may be reached at this resolved address: it must be public unicast, or in `allowedNetworks`. IPv6
 * addresses that contain an IPv4 address are judged by it (`::ffff:10.0.0.1`) or always refused (NAT64, 6to4, Teredo).
 */
export function isAddressAllowed(address: string, policy: NetworkPolicy): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.process(address);
  if (policy.allowedNetworks.some((cidr) => isWithin(ip, cidr))) return true;
  return ip.range() === 'unicast' && !METADATA_SERVICES.has(ip.toString());
}

export const isPortAllowed = (port: number, policy: NetworkPolicy): boolean => policy.allowedPorts.includes(port);

function isWithin(ip: ipaddr.IPv4 | ipaddr.IPv6, cidr: string): boolean {
  const [network, bits] = ipaddr.parseCIDR(cidr);
  return ip.kind() === network.kind() && ip.match(network, bits);
}
