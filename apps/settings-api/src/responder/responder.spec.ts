// What other services receive over Redis, also while Redis is unavailable or frozen, and after it is back.
import { eventually } from '@billing-mail/testkit';
import { type ClientProxy } from '@nestjs/microservices';
import { type SettingsChangedEvent, teamMailSettings } from '@billing-mail/contracts';
import { CredentialBox, transportClient, smtpPasswordContext, transportConnection } from '@billing-mail/platform';
import { Redis } from 'ioredis';
import { firstValueFrom, timeout } from 'rxjs';
import { startTestSettingsApi, type TestSettingsApi } from '../testing/start-test-settings-api.js';

const PATH = '/v1/teams/acme/email-delivery';
const PASSWORD = 'pa55-wörd-never-seen';
const settings = {
  companyName: 'ACME GmbH',
  sender: 'custom',
  smtp: {
    host: 'smtp.acme.example',
    port: 587,
    security: 'starttls',
    auth: { type: 'password', username: 'billing', password: PASSWORD },
    fromAddress: 'billing@acme.example',
  },
};

describe('settings-api on Redis', () => {
  let api: TestSettingsApi;
  let client: ClientProxy;
  let listener: Redis;
  const heard: SettingsChangedEvent[] = [];
  let wire = '';

  beforeAll(async () => {
    api = await startTestSettingsApi();
    client = transportClient({ REDIS_URL: api.redis.url });
    await client.connect();
    listener = new Redis(api.redis.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    listener.on('error', () => undefined); // Redis is taken down on purpose
    await listener.psubscribe('*');
    listener.on('pmessage', (_pattern, channel: string, message: string) => {
      wire += message;
      if (channel === 'settings.changed') heard.push((JSON.parse(message) as { data: SettingsChangedEvent }).data);
    });
  });
  afterAll(async () => {
    listener.disconnect();
    await client.close();
    await api.stop();
  });

  const ask = (payload: unknown) => firstValueFrom(client.send<unknown>('settings.get', payload).pipe(timeout(5000)));
  const isAnswered = () =>
    ask({ teamId: 'acme' }).then(
      () => true,
      () => false,
    );
  const isReady = async () => (await api.call('get', '/health/ready')).status === 200;
  const put = async (companyName: string) => {
    const response = await api.call('put', PATH, { body: { ...settings, companyName } });
    return { status: response.status, version: (response.body as { version: number }).version };
  };
  const isHeard = (version: number) => () => heard.some((event) => event.version === version);

  it('answers null for a team that has saved nothing', async () => {
    expect(await ask({ teamId: 'acme' })).toBeNull();
  });

  it('tells of each new version after it can be read, and of nothing else', async () => {
    const first = await put('ACME');
    await put('ACME');
    const second = await put('ACME 2');
    await eventually(isHeard(second.version));
    expect(heard).toEqual([
      { teamId: 'acme', version: first.version },
      { teamId: 'acme', version: second.version },
    ]);
  });

  it('answers with the settings, the password sealed for exactly this team and field', async () => {
    const answer = teamMailSettings.parse(await ask({ teamId: 'acme' }));
    expect(answer).toMatchObject({ teamId: 'acme', companyName: 'ACME 2', smtp: { host: 'smtp.acme.example' } });
    const { smtp } = answer;
    if (smtp?.auth.type !== 'password') throw new Error('no password was answered');
    const context = smtpPasswordContext('acme', { ...smtp, auth: smtp.auth });
    expect(new CredentialBox(api.env.SECRET_KEYS).open(smtp.auth.passwordSealed, context)).toBe(PASSWORD);
  });

  it.each([
    ['a list', []],
    ['text', 'acme'],
    ['no team', {}],
    ['a number', { teamId: 7 }],
    ['a bad id', { teamId: 'a b' }],
  ])('refuses a request with %s', async (_name, payload) => {
    await expect(ask(payload)).rejects.toMatchObject({ code: 'invalid_request', errors: [{ message: expect.any(String) }] });
  });

  it('saves without waiting for it while Redis is frozen, and tells of it when it is back', async () => {
    api.redis.freeze();
    const saved = await put('while frozen');
    api.redis.thaw();
    expect(saved.status).toBe(200);
    await eventually(isHeard(saved.version));
  });

  it('saves without waiting for it while Redis is down, and tells of it and answers again when it is back', async () => {
    await api.redis.halt('SIGKILL');
    const saved = await put('while down');
    expect(saved.status).toBe(200);
    expect(await isReady()).toBe(true);
    await api.redis.start();
    // Nobody hears what the service publishes before the listener has subscribed again; then the next version must be heard.
    const waitsFrom = Date.now();
    const isHeardSince = () => heard.some(({ version }) => version >= saved.version);
    await eventually(async () => {
      if (!isHeardSince() && Date.now() > waitsFrom + 10_000) await put(`later than ${Date.now()}`);
      return isHeardSince();
    });
    await eventually(isAnswered);
    expect(await ask({ teamId: 'acme' })).toMatchObject({ companyName: expect.stringMatching(/^while down$|^later/) });
  });

  it('keeps what a client publishes waiting, however long Redis is away: Nest leaves a failed publish unhandled', async () => {
    let tries = 0;
    const publisher = transportConnection({ REDIS_URL: api.redis.url }, { retryStrategy: () => ((tries += 1), 10) });
    publisher.on('error', () => undefined);
    await publisher.ping();
    await api.redis.halt('SIGKILL');
    const published = publisher.publish('nobody.listens', 'x').then(
      () => 'published',
      (error: Error) => error.message,
    );
    while (tries < 30) await new Promise((resolve) => setTimeout(resolve, 10)); // ioredis itself gives up after 20
    await api.redis.start();
    const outcome = await published;
    publisher.disconnect();
    await eventually(isAnswered);
    expect(outcome).toBe('published');
  });

  it('says that it is our trouble when PostgreSQL is away, and answers when it is back', async () => {
    await api.database.halt('immediate');
    await expect(ask({ teamId: 'acme' })).rejects.toMatchObject({ status: 'error' });
    await api.database.start();
    expect(await ask({ teamId: 'acme' })).toMatchObject({ teamId: 'acme' });
  });

  it('has put the password in no message and no log line', () => {
    expect(wire).toContain('passwordSealed');
    expect(wire).not.toContain('pa55');
    expect(api.log()).not.toContain('pa55');
    expect(api.log()).not.toContain('v1.k1.');
  });
});
