// What users are told about what mail servers do: no more than is known, and no blame without a reason.
import { eventually } from '@billing-mail/testkit';
import { type Page } from 'playwright-core';
import { setUpDesk } from './desk.js';
import { deliveriesOf, invoice, putSettings, send } from './seed.js';
import { type System } from './system.js';

const member = (sub: string, team: string) => ({ claims: { sub, teams: { [team]: 'member' } } }) as const;

/** Hands a document over in somebody's name. */
const sendFor = (system: System, team: string, number: string, userId: string): Promise<string> =>
  send(system, team, invoice(number, { requestedBy: { userId, locale: 'en' } }));

const whenIt = (system: System, team: string, status: string) =>
  eventually(
    () => deliveriesOf(system, team, status),
    (found) => found.length > 0,
  );

/** Returns the text of the only message in the inbox. */
async function told(page: Page): Promise<string> {
  await page.getByRole('article').waitFor();
  expect(await page.getByRole('article').count()).toBe(1);
  return page.getByRole('article').innerText();
}

describe('what users are told', () => {
  // A delivery in doubt ends there: nothing is tried again after a doubt.
  const desk = setUpDesk({ uncertainPolicy: 'hold' });
  let system: System;

  beforeAll(async () => {
    ({ system } = desk);
    for (const team of ['grau', 'zweifel']) await putSettings(system, team, { companyName: team });
    await putSettings(system, 'ersatz', {
      ...{ companyName: 'Ersatz', sender: 'custom', fallback: true },
      smtp: { host: '127.0.0.1', port: system.own.port, security: 'none', auth: { type: 'none' }, fromAddress: 'billing@ersatz.example' },
    });
  });
  beforeEach(() => {
    system.platform.script = {};
    system.own.script = {};
  });

  it('is that a server asked to try again later, where it greylists, and never that an address is wrong', async () => {
    system.platform.script = { rcpt: '450 4.2.0 Greylisted' };
    const id = await sendFor(system, 'grau', 'grey', 'gregor.grau');
    const page = await desk.open(`/teams/grau/deliveries/${id}`, member('gregor.grau', 'grau'));
    await page.getByText('The mail server asked us to try again later.').first().waitFor();
    await page.getByRole('region', { name: 'Timeline' }).getByText('Not sent', { exact: true }).waitFor();
    for (const text of [
      await page.locator('main').innerText(),
      await told(await desk.open('/teams/grau/inbox', member('gregor.grau', 'grau'))),
    ]) {
      expect(text).toContain('asked us to try again later');
      expect(text).not.toMatch(/does not exist|spelling|wrong address|correct(?:ed)? (?:the )?address/i);
    }
  });

  it('is who may have a document, after the first try that ended in doubt, and not that it was not sent to them', async () => {
    system.platform.script = { final: 'close' };
    system.platform.forget();
    const id = await sendFor(system, 'zweifel', 'doubt', 'zoe.zweifel');
    const text = await told(await desk.open('/teams/zweifel/inbox', member('zoe.zweifel', 'zweifel')));
    expect(text).toContain('not certain whether it arrived');
    expect(text).toMatch(/These may have it:\s+– payables@customer\.example/);
    expect(text).not.toMatch(/Not sent to|could not be sent/);
    const page = await desk.open(`/teams/zweifel/deliveries/${id}`, member('zoe.zweifel', 'zweifel'));
    const course = page.getByRole('region', { name: 'Timeline' });
    await course.getByText(/^Attempt 1 by our platform: no final answer$/).waitFor();
    await course.getByText('Uncertain', { exact: true }).waitFor();
    expect(await course.getByText(/^Try 2/).count()).toBe(0);
    expect(system.platform.messages).toHaveLength(1);
  });

  it('is that our platform sent it, and in no language that anybody has received it', async () => {
    system.own.script = { banner: '421 4.3.2 later' };
    await sendFor(system, 'ersatz', 'instead', 'eva.ersatz');
    await whenIt(system, 'ersatz', 'fell_back');
    for (const [locale, words] of [
      ['en', 'by our platform'],
      ['de', 'über unsere Plattform'],
    ] as const) {
      const page = await desk.open('/teams/ersatz/inbox', { ...member('eva.ersatz', 'ersatz'), locale });
      // The alert about the document, if it was raised before the one about its server, which otherwise counts the document.
      const messages = page.getByRole('article');
      await messages.filter({ hasText: words }).first().waitFor();
      expect((await messages.allInnerTexts()).join('\n')).not.toMatch(
        /received|erhalten|angekommen|arrived(?! twice)|delivered|zugestellt/i,
      );
    }
  });
});
