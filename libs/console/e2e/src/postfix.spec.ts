// The whole way round: the platform's server is Debian's Postfix, the server behind it refuses one of three, and the page learns of it.
import { NotPossibleHereError, type RealServer, startPostfix, eventually } from '@billing-mail/testkit';
import { setUpDesk } from './desk.js';
import { invoice, putSettings, send } from './seed.js';
import { BOUNCE_DOMAIN } from './system.js';

describe('what Postfix itself reports, as the server of the platform', () => {
  const desk = setUpDesk({ isRelayed: true });
  let postfix: RealServer | null = null;
  let refuse: () => void;

  beforeAll(async () => {
    const { relay, platform } = desk.system;
    const isTime = new Promise<void>((resolve) => (refuse = resolve));
    const refusal = { wait: isTime, then: '550 5.1.1 no such user' };
    platform.script = { rcpt: (address) => (address.startsWith('gone@') ? refusal : '250 ok') };
    const reports = { transport_maps: `inline:{ { ${BOUNCE_DOMAIN} = smtp:[127.0.0.1]:${relay.reports} } }` };
    postfix = await startPostfix(relay, () => reports).catch((error: unknown) => {
      // Only root can start Postfix.
      if (!(error instanceof NotPossibleHereError) || process.getuid?.() === 0) throw error;
      console.warn(`A report of Postfix was not tried: ${error.message}.`);
      return null;
    });
  });
  afterAll(() => postfix?.stop());

  it('of one of three recipients is shown without a reload, and told in the inbox and by e-mail', async () => {
    if (postfix === null) return;
    const { system } = desk;
    await putSettings(system, 'acme', { companyName: 'Acme' });
    const clerk = { userId: 'carla.kurz', email: 'carla.kurz@acme.example', locale: 'en' as const };
    const to = ['first@x.example', 'gone@x.example', 'third@x.example'].map((address) => ({ address }));
    const id = await send(system, 'acme', invoice('relayed', { to, requestedBy: clerk }));
    const page = await desk.open(`/teams/acme/deliveries/${id}`, { claims: { sub: clerk.userId, teams: { acme: 'member' } } });
    await page.getByRole('status').getByText('Accepted by the mail server').waitFor();
    await page.evaluate(() => void Object.assign(globalThis, { neverReloaded: true }));
    refuse();

    await page.getByRole('status').getByText('Came back from some recipients').waitFor();
    await page.locator('[data-recipient="gone@x.example"]').getByText('This e-mail address does not exist.').waitFor();
    const states = page.locator('[data-recipient] [data-status]');
    const shown = await states.evaluateAll((all) => all.map((each) => each.getAttribute('data-status')));
    expect(shown.sort()).toEqual(['accepted', 'accepted', 'bounced']);
    await page.getByRole('region', { name: 'Timeline' }).getByText('Reported by mx.postfix.test').waitFor();
    expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);
    await page.getByRole('link', { name: 'Inbox, 1 unread' }).click();
    await page.getByRole('img', { name: 'Came back' }).waitFor();
    const alert = await eventually(
      () => system.platform.messages.find(({ recipients }) => recipients.some(({ address }) => address === clerk.email)),
      (message) => message !== undefined,
    );
    expect(alert?.raw?.toString()).toContain('gone@x[.]example: This e-mail address does not exist.');
  });
});
