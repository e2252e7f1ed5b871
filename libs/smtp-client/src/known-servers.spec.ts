import { KnownServer, KnownServers } from './known-servers.js';

const MINUTE_MS = 60_000;

describe('what is remembered of a server', () => {
  let now = 0;
  let known: KnownServer;
  beforeEach(() => {
    now = 1;
    known = new KnownServer(() => now);
  });

  it('is a limit of recipients, for an hour', () => {
    expect(known.recipientsAtMost).toBe(Infinity);
    known.learnRecipientLimit(5);
    now += 59 * MINUTE_MS;
    expect(known.recipientsAtMost).toBe(5);
    now += 2 * MINUTE_MS;
    expect(known.recipientsAtMost).toBe(Infinity);
  });

  it('is the address that worked, for ten minutes, as long as its name leads there', () => {
    known.learnAddress('192.0.2.2');
    expect(known.inOrder(['192.0.2.1', '192.0.2.2', '192.0.2.3'])).toEqual(['192.0.2.2', '192.0.2.1', '192.0.2.3']);
    expect(known.inOrder(['192.0.2.7', '192.0.2.8'])).toEqual(['192.0.2.7', '192.0.2.8']);
    now += 11 * MINUTE_MS;
    expect(known.inOrder(['192.0.2.1', '192.0.2.2'])).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  it('is kept of the thousand servers used last', () => {
    const servers = new KnownServers();
    servers.of('first').learnRecipientLimit(5);
    servers.of('second').learnRecipientLimit(7);
    for (let count = 1; count < 1_000; count++) {
      servers.of(`other ${count}`);
      servers.of('second');
    }
    expect([servers.of('second').recipientsAtMost, servers.of('first').recipientsAtMost]).toEqual([7, Infinity]);
  });
});
