import { problem } from '@billing-mail/contracts';
import request from 'supertest';
import { SAMPLES, settled } from '../testing/sample-outcomes.js';
import { authorization, startSurroundings, type TestService, type TestSurroundings } from '../testing/start-test-service.js';

describe('preferences', () => {
  let around: TestSurroundings;
  let service: TestService;
  beforeAll(async () => {
    around = await startSurroundings();
    service = await around.startService();
  });
  afterAll(() => around.stop());

  const member = (sub: string, ...teams: string[]) =>
    authorization({ sub, teams: Object.fromEntries(teams.map((team) => [team, 'member'])) });
  const read = async (headers: Record<string, string>) => (await request(service.url).get('/v1/preferences').set(headers)).body;
  const put = async (headers: Record<string, string>, body: object) => request(service.url).put('/v1/preferences').set(headers).send(body);
  const publish = async (...events: unknown[]) => {
    for (const event of events) await (await around.publish(event)).finished();
  };
  const all = { email: true, inbox: true };
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 1, 12, minute)).toISOString();

  it('begin empty, in English, with every channel on', async () => {
    expect(await read(await member('new', 'acme'))).toEqual({ email: null, locale: 'en', channels: all });
  });

  it("begin in the team's language for those of whom nothing else is known", async () => {
    await publish(settled({}, { teamId: 'german', teamLocale: 'de', requestedBy: null }));
    expect(await read(await member('silent', 'german'))).toEqual({ email: null, locale: 'de', channels: all });
  });

  it('are learned from what happened last, in whatever order it is told', async () => {
    const told = (minute: number, email?: string, locale?: 'en' | 'de') =>
      settled(
        {},
        { teamId: 'learn', occurredAt: at(minute), requestedBy: { userId: 'u1', ...(email && { email }), ...(locale && { locale }) } },
      );
    await publish(told(2, 'second@learn.example', 'de'), told(1, 'first@learn.example', 'en'), told(3));
    expect(await read(await member('u1', 'learn'))).toEqual({ email: 'second@learn.example', locale: 'de', channels: all });
    await publish(told(4, undefined, 'en'));
    expect(await read(await member('u1', 'learn'))).toEqual({ email: 'second@learn.example', locale: 'en', channels: all });
  });

  it('never learn from a team that is not the user’s', async () => {
    await publish(settled({}, { teamId: 'attacker', requestedBy: { userId: 'victim', email: 'thief@attacker.example', locale: 'de' } }));
    expect((await read(await member('victim', 'acme'))).email).toBeNull();
  });

  it('hold for ever once the user has chosen', async () => {
    const headers = await member('chooser', 'choice');
    const chosen = { email: 'me@private.example', locale: 'de', channels: { email: false, inbox: true } };
    const answer = await put(headers, chosen);
    expect([answer.status, answer.body]).toEqual([200, chosen]);
    await publish(settled({}, { teamId: 'choice', requestedBy: { userId: 'chooser', email: 'other@choice.example', locale: 'en' } }));
    expect(await read(headers)).toEqual(chosen);
    await put(headers, { email: null, channels: all });
    expect(await read(headers)).toEqual({ email: null, locale: 'en', channels: all });
  });

  it('decide the language of what is read, before and after', async () => {
    const headers = await member('reader', 'words');
    await publish(SAMPLES.failed({ teamId: 'words', teamLocale: 'de', requestedBy: { userId: 'reader' } }));
    const title = async () => (await request(service.url).get('/v1/notifications').set(headers)).body.items[0].title as string;
    expect(await title()).toBe('Rechnung 2026-0042 konnte nicht verschickt werden');
    await put(headers, { locale: 'en', channels: all });
    expect(await title()).toBe('Invoice 2026-0042 could not be sent');
  });

  it('hide the inbox when it is switched off, and show it all again', async () => {
    const headers = await member('hider', 'hiding');
    await publish(SAMPLES.failed({ teamId: 'hiding', requestedBy: { userId: 'hider' } }));
    const list = async () => (await request(service.url).get('/v1/notifications').set(headers)).body;
    await put(headers, { channels: { email: true, inbox: false } });
    expect(await list()).toEqual({ items: [], nextCursor: null, unreadCount: 0 });
    await put(headers, { channels: all });
    expect((await list()).unreadCount).toBe(1);
  });

  it.each([
    ['no body', {}, ['/channels']],
    ['no channels', { email: null, locale: 'de' }, ['/channels']],
    ['a channel missing', { channels: { email: true } }, ['/channels/inbox']],
    ['a channel that is no yes or no', { channels: { email: 'yes', inbox: 1 } }, ['/channels/email', '/channels/inbox']],
    ['a channel that is not known', { channels: { ...all, sms: true } }, ['/channels/sms']],
    ['a language that is not known', { locale: 'fr', channels: all }, ['/locale']],
    ['an address that is none', { email: 'nobody', channels: all }, ['/email']],
    ['an address with a line end', { email: 'a@b.example\r\nBcc: c@d.example', channels: all }, ['/email']],
    ['an address with a control character', { email: 'a\u0000@b.example', channels: all }, ['/email']],
    ['an address that is too long', { email: `${'a'.repeat(65)}@b.example`, channels: all }, ['/email']],
    ['an address of another type', { email: { address: 'a@b.example' }, channels: all }, ['/email']],
    ['a field that is not known', { channels: all, userId: 'u2' }, ['/userId']],
    ['a list', [], ['']],
  ])('refuse %s, field by field', async (_name, body, pointers) => {
    const answer = await put(await member('u1', 'acme'), body);
    expect(answer.status).toBe(422);
    expect(problem.parse(JSON.parse(answer.text)).errors?.map(({ pointer }) => pointer)).toEqual(pointers);
  });
});
