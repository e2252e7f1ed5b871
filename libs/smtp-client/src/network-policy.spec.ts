import fc from 'fast-check';
import { isAddressAllowed } from './network-policy.js';

const nothingElse = { allowedNetworks: [], allowedPorts: [] };

describe('an address that a team may reach', () => {
  it.each(['8.8.8.8', '93.184.216.34', '2a00:1450:4001:82a::200e', '::ffff:8.8.8.8'])('is public: %s', (address) => {
    expect(isAddressAllowed(address, nothingElse)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.1.2.3',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '192.0.0.192',
    '192.0.2.1',
    '192.168.0.1',
    '198.18.0.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:168.63.129.16',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    'not an address',
    '',
  ])('is not %j', (address) => {
    expect(isAddressAllowed(address, nothingElse)).toBe(false);
  });

  it.each([
    ['10.1.2.3', ['10.1.0.0/16'], true],
    ['10.2.2.3', ['10.1.0.0/16'], false],
    ['::ffff:10.1.2.3', ['192.168.0.0/16', '10.1.0.0/16'], true],
    ['::1', ['::1/128'], true],
    ['127.0.0.1', ['::/0'], false],
    ['fd12::1', ['fd00::/8'], true],
  ])('may be named by the operator: %s in %j is %s', (address, allowedNetworks, expected) => {
    expect(isAddressAllowed(address, { ...nothingElse, allowedNetworks })).toBe(expected);
  });

  it('is never one of a private network, in whichever form', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom(10, 127, 0), octet, octet, octet, (a, b, c, d) => {
        const dotted = `${a}.${b}.${c}.${d}`;
        expect([dotted, `::ffff:${dotted}`].some((address) => isAddressAllowed(address, nothingElse))).toBe(false);
      }),
    );
  });

  it('is not judged by a network that is none', () => {
    expect(() => isAddressAllowed('10.0.0.1', { ...nothingElse, allowedNetworks: ['10.0.0.0'] })).toThrow();
  });
});
