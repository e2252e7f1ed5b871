import { parseRedisUrl, RedisUrlError } from './redis-address.js';

describe('REDIS_URL', () => {
  it.each<[string, object]>([
    ['redis://localhost', { kind: 'single', nodes: [{ host: 'localhost', port: 6379 }], tls: false, login: {}, db: 0 }],
    [
      'rediss://us%40er:p%3Aa%2Fss@redis.example:6380/3',
      {
        kind: 'single',
        nodes: [{ host: 'redis.example', port: 6380 }],
        tls: true,
        login: { username: 'us@er', password: 'p:a/ss' },
        db: 3,
      },
    ],
    [
      'redis://:secret@[::1]:7000',
      { kind: 'single', nodes: [{ host: '::1', port: 7000 }], tls: false, login: { password: 'secret' }, db: 0 },
    ],
    [
      'redis+sentinel://user:pass@a:26379,b,c/mymaster/2',
      {
        kind: 'sentinel',
        nodes: ['a', 'b', 'c'].map((host) => ({ host, port: 26379 })),
        tls: false,
        login: { username: 'user', password: 'pass' },
        name: 'mymaster',
        db: 2,
        sentinelLogin: {},
      },
    ],
    [
      'rediss+sentinel://a:1/mymaster?sentinelUser=s&sentinelPassword=p%25',
      {
        kind: 'sentinel',
        nodes: [{ host: 'a', port: 1 }],
        tls: true,
        login: {},
        name: 'mymaster',
        db: 0,
        sentinelLogin: { username: 's', password: 'p%' },
      },
    ],
    [
      'redis+cluster://a,[fd00::1]:7001,c:7002',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 6379 },
          { host: 'fd00::1', port: 7001 },
          { host: 'c', port: 7002 },
        ],
        tls: false,
        login: {},
      },
    ],
  ])('reads %s', (url, address) => {
    expect(parseRedisUrl(url)).toEqual(address);
  });

  it.each([
    ['localhost:6379', 'must be redis://'],
    ['http://localhost', 'must be redis://'],
    ['redis+sentinels://a/name', 'must be redis://'],
    ['redis://', 'has an invalid host or port'],
    ['redis://host:66666', 'has an invalid host or port'],
    ['redis+cluster://a,,c', 'has an invalid host or port'],
    ['redis://host/mymaster', 'must end with the number of the database'],
    ['redis://host/0/1', 'must end with the number of the database'],
    ['redis://a,b', 'names several hosts, which is for redis+sentinel:// or redis+cluster://'],
    ['redis+sentinel://a,b,c', 'must name what the Sentinels watch'],
    ['redis+sentinel://a,b,c/name/x', 'must end with the number of the database'],
    ['redis+cluster://a/1', 'must name no database'],
    ['redis://user:100%@host', 'write it as %25'],
  ])('says what is wrong with %s', (url, message) => {
    expect(() => parseRedisUrl(url)).toThrow(RedisUrlError);
    expect(() => parseRedisUrl(url)).toThrow(message);
  });

  it('tells nobody the password', () => {
    for (const url of ['redis://u:hushhush@', 'redis+sentinel://u:hushhush@a', 'redis://u:hushhush@a,b', 'redis://u:hushhush%@a']) {
      expect(() => parseRedisUrl(url)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('hushhush') }));
    }
  });
});
