import { clientNameFor } from './client-name.js';

const ADDRESSES = ['192.0.2.7', '2001:db8::7'];

describe('the name said in EHLO', () => {
  it.each([
    ['mail.acme.example', 'vm', 'mail.acme.example'],
    [undefined, 'mail-1.acme.example', 'mail-1.acme.example'],
    [undefined, 'build_agent.acme.example', 'build-agent.acme.example'],
  ])('is fully qualified where there is such a name: %s on %s', (configured, machine, name) => {
    expect(clientNameFor(configured, machine, ADDRESSES)).toEqual({ name, weakness: null });
  });

  it.each([
    [undefined, 'vm', ADDRESSES, '[192.0.2.7]', /machine's name "vm"/],
    [undefined, 'büro', ADDRESSES, '[192.0.2.7]', /./],
    [undefined, '___', ADDRESSES, '[192.0.2.7]', /./],
    [undefined, 'localhost.localdomain', ADDRESSES, '[192.0.2.7]', /./],
    [undefined, 'macbook.local', ADDRESSES, '[192.0.2.7]', /./],
    [undefined, '10.0.0.1', ADDRESSES, '[192.0.2.7]', /./],
    [undefined, 'vm', ['2001:db8::7'], '[IPv6:2001:db8::7]', /./],
    [undefined, 'vm', [], '[127.0.0.1]', /./],
    ['vm', 'mail.acme.example', ADDRESSES, 'mail.acme.example', /SMTP_CLIENT_NAME "vm"/],
    ['mailer', 'vm', ADDRESSES, '[192.0.2.7]', /SMTP_CLIENT_NAME "mailer"/],
  ])('is never a single label, and the operator is told: %s on %s', (configured, machine, addresses, name, weakness) => {
    expect(clientNameFor(configured, machine, addresses)).toEqual({ name, weakness: expect.stringMatching(weakness) });
  });

  it('is one of these on this machine, too', () => {
    expect(clientNameFor(undefined).name).toMatch(/^\[.+\]$|\./);
  });
});
