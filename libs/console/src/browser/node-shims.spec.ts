import { isIP as nodeIsIP } from 'node:net';
import { domainToASCII as nodeDomainToASCII } from 'node:url';
import { isIP } from './node-net.js';
import { domainToASCII } from './node-url.js';

describe('what the page has in place of Node', () => {
  it.each([
    '127.0.0.1',
    '1.2.3',
    '256.1.1.1',
    '01.2.3.4',
    '::1',
    '2001:db8::1',
    '::ffff:1.2.3.4',
    ':::',
    'x',
    '',
    '1.2.3.4.5',
    'fe80::1%eth0'.slice(0, 7),
  ])('judges the IP address %j as Node does', (value) => expect(isIP(value)).toBe(nodeIsIP(value)));

  it.each(['example.com', 'BÜCHER.example', 'xn--bcher-kva.example', 'a..b', 'faß.example', 'ex ample', ''])(
    'turns the domain %j as Node does',
    (value) => expect(domainToASCII(value)).toBe(nodeDomainToASCII(value)),
  );
});
