// An incident of a mail server, from the message to its end; and what else can be done with one delivery.
import { eventually } from '@billing-mail/testkit';
import { setUpDesk } from './desk.js';
import { deliveriesOf, invoice, namePerson, putSettings, send, tomorrow } from './seed.js';
import { type System } from './system.js';

const RUTH = { claims: { sub: 'ruth.rast', teams: { rast: 'admin' } } } as const;

describe('trouble with a mail server', () => {
  const desk = setUpDesk();
  let system: System;

  beforeAll(async () => {
    ({ system } = desk);
    await namePerson(system, 'ruth.rast', { name: 'Ruth Rast', email: null, teams: { rast: 'admin' } });
    await putSettings(system, 'rast', {
      ...{ companyName: 'Rast', sender: 'custom', notifyUserIds: ['ruth.rast'] },
      smtp: {
        ...{ host: '127.0.0.1', port: system.own.port, security: 'starttls', fromAddress: 'billing@rast.example' },
        auth: { type: 'password', username: 'billing', password: 'wrong' },
      },
    });
  });
  beforeEach(() => {
    system.own.forget();
    system.own.script = { security: 'starttls', accounts: [{ username: 'billing', password: 'right' }] };
  });

  it('is mended from its page, which says how far it is and when it is over', async () => {
    for (const number of [1, 2, 3]) await send(system, 'rast', invoice(`rast-${number}`));
    await eventually(
      () => deliveriesOf(system, 'rast', 'failed'),
      (failed) => failed.length === 3,
    );
    const page = await desk.open('/teams/rast/inbox', RUTH);
    await page.getByRole('link', { name: 'See what to do' }).click();
    await page.getByRole('heading', { name: 'Trouble with 127.0.0.1' }).waitFor();
    await page.getByRole('heading', { name: 'Your team needs to act' }).waitFor();
    await page.getByText('0 of 3 documents were sent or sent again. 3 documents not sent').waitFor();
    const incident = page.url();

    await page.getByRole('link', { name: 'Open the settings' }).click();
    await page.waitForFunction(() => document.activeElement?.id === 'field-smtp-auth-password');
    await page.keyboard.type('right');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. The next document is sent this way.').waitFor();

    await page.goto(incident);
    await page.getByRole('button', { name: 'Send again …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send again' });
    await dialog.getByRole('checkbox', { name: 'Invoice rast-2' }).uncheck();
    await dialog.getByRole('button', { name: 'Send 2 documents again' }).click();
    await dialog.getByText('2 documents were handed over again.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByText(/^It is over: a document was sent this way again on /).waitFor();
    await page.getByText('2 of 3 documents were sent or sent again. 1 document not sent').waitFor();
    expect(await page.getByRole('heading', { name: 'Your team needs to act' }).count()).toBe(0);
    await eventually(
      () => system.own.messages.length,
      (count) => count === 2,
    );
  });

  describe('and one delivery', () => {
    beforeAll(() => putSettings(system, 'rast', { companyName: 'Rast', sender: 'platform' }));
    beforeEach(() => {
      system.platform.forget();
      system.platform.script = {};
    });

    it('can be noted as arrived by whoever found out, and needs no attention then', async () => {
      system.platform.script = { final: 'close' };
      const id = await send(system, 'rast', invoice('maybe'));
      const page = await desk.open(`/teams/rast/deliveries/${id}`, RUTH);
      await page.getByRole('button', { name: 'Mark as received …' }).click();
      const dialog = page.getByRole('dialog', { name: 'Mark as received?' });
      await dialog.getByLabel('Note (such as who said so)').fill('Ms Lin, by phone');
      await dialog.getByRole('button', { name: 'Mark as received' }).click();
      await page.getByText(/^Marked as received by Ruth Rast on .+: Ms Lin, by phone$/).waitFor();
      expect(await page.getByRole('button', { name: 'Mark as received …' }).count()).toBe(0);
      expect((await deliveriesOf(system, 'rast', 'needs_attention')).map((each) => each.id)).not.toContain(id);
    });

    it('that waits for its day can be tried now', async () => {
      const id = await send(system, 'rast', invoice('later', { sendAt: tomorrow() }));
      const page = await desk.open(`/teams/rast/deliveries/${id}`, RUTH);
      // The page writes the time that it is moved to in its own language, whatever the language of the browser is.
      await page.getByRole('button', { name: 'Reschedule …' }).click();
      await page.getByLabel('Date and time').fill('2027-03-11T14:05');
      await page.getByText('11 Mar 2027, 14:05 (Europe/Berlin)', { exact: true }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Try now' }).click();
      await page.getByRole('status').getByText('Accepted by the mail server').waitFor();
      expect(system.platform.messages).toHaveLength(1);
    });
  });
});
