// Four companies whose documents end in every possible way, with a past month: for pictures, and for what a machine checks in them.
import { type SmtpScript, eventually } from '@billing-mail/testkit';
import { Client } from 'pg';
import { report } from './bounces.js';
import { insertPastDeliveries, pastMonth } from './past-deliveries.js';
import { allSettled, cancel, invoice, namePerson, putSettings, type Settings, readAll, send } from './seed.js';
import { DOWN_PORT, type System } from './system.js';

const SIGN_IN = { username: 'rechnung', password: 'sample-password' };
const OWN_SERVER_WORKS: SmtpScript = { security: 'starttls', accounts: [SIGN_IN] };

/** Resolves once nothing changes any more: what ends has ended and been told, and what waits does so for longer than anybody looks. */
export async function seedSampleTeams(system: System): Promise<void> {
  await insertPastDeliveries(system.database.url, 'acme', pastMonth(new Date()));
  await putTeams(system);
  system.platform.script = {
    rcpt: (address) => {
      if (address.startsWith('gone')) return `550 5.1.1 <${address}>: Recipient address rejected: User unknown`;
      if (address.startsWith('full')) return '452 4.2.2 The email account that you tried to reach is over quota';
      return '250 2.1.5 Ok';
    },
  };
  await Promise.all([sendOfAcme(system), sendOfGlobex(system), sendOfBrandt(system)]);
  await allSettled(system, ['acme', 'globex']);
  await sendOfAcker(system);
  await readAll(system, 'lea.vogt', TROUBLES_OF_ACME);
}

async function putTeams(system: System): Promise<void> {
  const all = (role: 'admin' | 'member') =>
    Object.fromEntries(['acme', 'brandt', 'globex', 'acker', 'contested'].map((team) => [team, role]));
  await namePerson(system, 'anna.berg', { name: 'Anna Berg', email: null, teams: all('admin') });
  await namePerson(system, 'lea.vogt', { name: 'Lea Vogt', email: null, teams: { acme: 'admin' } });
  await namePerson(system, 'max.klein', { name: 'Maximilian Klein-Hohenstein', email: null, teams: all('member') });
  const acme = {
    companyName: 'ACME GmbH',
    replyTo: 'billing@acme.example',
    locale: 'de',
    cc: [{ address: 'boss@acme.example', name: 'Geschäftsleitung' }],
    bcc: [{ address: 'controlling@acme.example' }, { address: 'archive@acme.example' }],
    copies: [{ types: ['reminder'], cc: [], bcc: [{ address: 'recht@acme.example' }] }],
  } satisfies Settings;
  const notifyUserIds = ['anna.berg', 'lea.vogt'];
  await putSettings(system, 'acme', { ...acme, notifyUserIds });
  for (const [team, companyName] of [
    ['contested', 'ACME Nord GmbH'],
    ['held-up', 'ACME Süd GmbH'],
    ['acker', 'Hopfenhandel Acker GmbH'],
  ] as const)
    await putSettings(system, team, { companyName, replyTo: acme.replyTo, locale: acme.locale });
  await putSettings(system, 'globex', {
    companyName: 'Globex Corporation',
    locale: 'en',
    sender: 'custom',
    fallback: true,
    smtp: {
      host: '127.0.0.1',
      port: DOWN_PORT,
      security: 'none',
      auth: { type: 'none' },
      fromAddress: 'billing@globex.example',
      fromName: 'Globex Billing',
    },
    notifyUserIds: ['anna.berg'],
  });
  await putSettings(system, 'brandt', {
    companyName: 'Brandt Maschinenbau GmbH & Co. KG',
    replyTo: 'debitoren@brandt.example',
    locale: 'de',
    sender: 'custom',
    fallback: false,
    smtp: {
      host: '127.0.0.1',
      port: system.own.port,
      security: 'starttls',
      auth: { type: 'password', ...SIGN_IN },
      fromAddress: 'rechnung@brandt.example',
    },
    notifyUserIds: ['anna.berg'],
  });
}

const TROUBLES_OF_ACME = 3;

async function sendOfAcme(system: System): Promise<void> {
  const customers = ['buchhaltung@stadtwerke-lindau.example', 'invoices@harbourline.example', 'rechnung@brauerei-hofmann.example'];
  for (let index = 0; index < 9; index += 1) {
    await send(
      system,
      'acme',
      invoice(`2026-16${10 + index}`, {
        to: [{ address: customers[index % customers.length] ?? '' }],
        subject: `Your invoice 2026-16${10 + index}`,
      }),
    );
  }
  const to = [{ address: 'payables@fenwick-doyle.example', name: 'Accounts payable' }, { address: 'gone@fenwick-doyle.example' }];
  await send(system, 'acme', invoice('2026-1619', { to }));
  await send(system, 'acme', invoice('2026-1620', { to: [{ address: 'gone@moebel-arnold.example' }] }));
  await send(system, 'acme', invoice('2026-1621', { to: [{ address: 'full@klinikum-seeberg.example' }] }));
}

const FORMER = 'einkauf@brauerei-hofmann-und-soehne-privatbrauerei.example';

/** The recipients at Hofmann have left, are delayed or away; the next document goes to one of them all the same. */
async function sendOfAcker(system: System): Promise<void> {
  const addresses = ['rechnung@brauerei-hofmann.example', FORMER, 'lager@brauerei-hofmann.example', 'vertretung@brauerei-hofmann.example'];
  const to = addresses.map((address) => ({ address }));
  const id = await send(system, 'acker', invoice('H-2026-1', { to, subject: 'Your invoice H-2026-1' }));
  await allSettled(system, ['acker']);
  await report(system, id, [
    { address: 'lager@brauerei-hofmann.example', action: 'delayed', status: '4.2.2', diagnostic: '452 4.2.2 Mailbox full' },
  ]);
  await report(system, id, [{ address: 'rechnung@brauerei-hofmann.example', action: 'delivered', status: '2.0.0', diagnostic: '250 Ok' }]);
  await report(system, id, [
    { address: FORMER },
    { address: 'lager@brauerei-hofmann.example', status: '5.2.2', diagnostic: '552 5.2.2 Mailbox full' },
  ]);
  await report(system, id, [{ address: 'unbekannt@elsewhere.example', status: '5.7.1', diagnostic: '550 5.7.1 Message refused' }]);
  await send(system, 'acker', invoice('H-2026-2', { to: [{ address: FORMER }] }));
  await allSettled(system, ['acker']);
}

/** The team's own server is down, so that its documents fall back to the platform. */
async function sendOfGlobex(system: System): Promise<void> {
  await send(system, 'globex', invoice('G-2026-7'));
  await send(
    system,
    'globex',
    invoice('G-2026-8', {
      html: '<h1 style="font-size: 20px; color: #3b5bdb">Invoice G-2026-8</h1><p>Dear customer,</p><p>please find the invoice attached.</p>',
    }),
  );
}

/** The team's own server gives no final answer, then is too busy, then works. */
async function sendOfBrandt(system: System): Promise<void> {
  const of = (number: string) =>
    invoice(number, { to: [{ address: 'kreditoren@klinikum-seeberg.example', name: 'Kreditorenbuchhaltung' }] });
  system.own.script = { ...OWN_SERVER_WORKS, final: 'close' };
  await send(system, 'brandt', of('RE-4711'));
  await allSettled(system, ['brandt']);
  system.own.script = { ...OWN_SERVER_WORKS, mail: '451 4.3.2 System busy, please try again later' };
  const [waiting, cancelled] = [await send(system, 'brandt', of('RE-4712')), await send(system, 'brandt', of('RE-4713'))];
  await waitLong(system, [waiting, cancelled]);
  await cancel(system, 'brandt', cancelled);
  system.own.script = OWN_SERVER_WORKS;
}

/** Postpones deliveries that wait for their next try, as a longer wait between tries would. */
async function waitLong(system: System, ids: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: system.database.url });
  await client.connect();
  try {
    const putOff = `UPDATE dispatch.deliveries SET due_at = now() + interval '40 minutes' WHERE id = ANY($1) AND status = 'waiting' AND claim_id IS NULL`;
    await eventually(
      async () => (await client.query(putOff, [ids])).rowCount,
      (count) => count === ids.length,
    );
  } finally {
    await client.end();
  }
}
