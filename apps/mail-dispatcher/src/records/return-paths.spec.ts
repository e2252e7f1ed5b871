import { randomBytes, randomUUID } from 'node:crypto';
import { readDispatcherEnv } from '../dispatcher.env.js';
import { ReturnPaths } from './return-paths.js';

const BOUNCE_SECRET = [{ id: 'k1', key: randomBytes(32) }];
const paths = new ReturnPaths({ BOUNCE_DOMAIN: 'bounce.example.com', BOUNCE_SECRET, BOUNCE_PER_RECIPIENT: false });
const deliveryId = randomUUID();

describe('return paths', () => {
  it('are those of the platform’s route alone, and of none without a domain', () => {
    expect([paths.servesRoute('platform'), paths.servesRoute('custom')]).toEqual([true, false]);
    const without = new ReturnPaths({ BOUNCE_DOMAIN: undefined, BOUNCE_SECRET, BOUNCE_PER_RECIPIENT: true });
    expect([without.servesRoute('platform'), without.isPerRecipient]).toEqual([false, false]);
    expect(without.read(paths.addressFor(deliveryId, null))).toBe('elsewhere');
  });

  it('are known again by their domain, however it is written, and nowhere else', () => {
    const address = paths.addressFor(deliveryId, 3);
    expect(paths.read(address.toUpperCase())).toEqual({ deliveryId, position: 3 });
    expect(paths.read(address.replace('bounce.', 'b.'))).toBe('elsewhere');
    expect(paths.read('postmaster@bounce.example.com')).toBe('forged');
  });

  it.each([
    [65_535, 65_535],
    [65_536, null],
  ])('of the recipient at %d name position %p: beyond what fits, the report is matched by its address', (position, named) => {
    expect(paths.read(paths.addressFor(deliveryId, position))).toEqual({ deliveryId, position: named });
  });

  it('need a secret', () => {
    const rest = {
      DATABASE_URL: 'postgresql://127.0.0.1/x',
      REDIS_URL: 'redis://127.0.0.1',
      AUTH_JWT_SECRET: 'x'.repeat(32),
      SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      PLATFORM_SMTP_URL: 'smtp://127.0.0.1',
      PLATFORM_FROM_ADDRESS: 'e-invoice@platform.example',
      SMIME_P12_FILE: 'signer.p12',
      SMIME_P12_PASSPHRASE: 'x',
      DOCUMENT_STORE_URL: 'file:documents',
    };
    expect(readDispatcherEnv(rest)).not.toHaveProperty('BOUNCE_DOMAIN');
    expect(() => readDispatcherEnv({ ...rest, BOUNCE_DOMAIN: 'bounce.example.com' })).toThrow(/BOUNCE_SECRET is not set/);
    expect(() => readDispatcherEnv({ ...rest, BOUNCE_SMTP_PORT: '25' })).toThrow(/BOUNCE_DOMAIN is not set/);
  });
});
