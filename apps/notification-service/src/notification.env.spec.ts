import { readNotificationEnv } from './notification.env.js';

describe('the environment of notification-service', () => {
  const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
  const given = {
    DATABASE_URL: 'postgresql://u:p@127.0.0.1/x',
    REDIS_URL: 'redis://127.0.0.1',
    AUTH_JWT_SECRET: 'a secret of at least thirty-two characters',
    PLATFORM_SMTP_URL: 'smtp://127.0.0.1:25',
    PLATFORM_FROM_ADDRESS: 'alerts@platform.example',
  };
  const idsOf = (keys: NodeJS.ProcessEnv): string[] =>
    readNotificationEnv({ ...given, ...keys }).NOTIFICATION_SECRET_KEYS.map(({ id }) => id);

  it('has keys of its own, or those of the other services, as in earlier versions', () => {
    expect(idsOf({ SECRET_KEYS: `all:${key(1)}`, NOTIFICATION_SECRET_KEYS: `own:${key(2)}` })).toEqual(['own']);
    expect(idsOf({ SECRET_KEYS: `all:${key(1)}`, NOTIFICATION_SECRET_KEYS: '' })).toEqual(['all']);
    expect(() => idsOf({})).toThrow(/NOTIFICATION_SECRET_KEYS is not set/);
  });
});
