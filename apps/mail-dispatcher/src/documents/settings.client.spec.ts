import { type ClientProxy } from '@nestjs/microservices';
import { transportClient } from '@billing-mail/platform';
import { startTestRedis, type TestRedis } from '@billing-mail/testkit';
import { SETTINGS_GET } from '@billing-mail/contracts';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsClient, SettingsUnavailableError } from './settings.client.js';

describe('settings that nobody answers for', () => {
  let redis: TestRedis;
  let transport: ClientProxy;
  let listener: Redis;
  let asked: string[];
  beforeAll(async () => {
    redis = await startTestRedis();
    transport = transportClient({ REDIS_URL: redis.url });
    await transport.connect();
    listener = new Redis(redis.url);
    await listener.subscribe(SETTINGS_GET);
    listener.on('message', (_channel, message) => asked.push((JSON.parse(message) as { data: { teamId: string } }).data.teamId));
  });
  afterAll(async () => {
    listener.disconnect();
    await transport.close();
    await redis.stop();
  });
  beforeEach(() => {
    asked = [];
  });

  it('are unavailable; the next teams are not asked for until the silence is over', async () => {
    const client = new SettingsClient(transport);
    await expect(client.settingsOf('acme')).rejects.toThrow(SettingsUnavailableError);
    await expect(client.settingsOf('globex')).rejects.toThrow(SettingsUnavailableError);
    await expect(client.settingsOf('acme')).rejects.toThrow(SettingsUnavailableError);
    expect(asked).toEqual(['acme']);
    await sleep(2100);
    await expect(client.settingsOf('globex')).rejects.toThrow(SettingsUnavailableError);
    expect(asked).toEqual(['acme', 'globex']);
  });
});
