// Ways to get at a password: by moving its sealed form, or by making a server repeat it.
import { type MailServer } from '@billing-mail/tools/stage';
import { type Attack, type Attempt, type Kind } from '../attack.js';

const test = (attempt: Attempt, team: string, body: object = {}) =>
  attempt.site.ask('settings-api', `/v1/teams/${team}/email-delivery/smtp/test`, { as: 'service', method: 'POST', body });

/** Changes that somebody with access to the table would make, so that the password is used elsewhere. */
const MOVES = (port: number): readonly [name: string, change: object][] => [
  ['host', { host: 'localhost' }],
  ['port', { port }],
  ['user', { auth: { username: 'root' } }],
];

const seal: Attack = {
  name: 'seal-moved',
  tries: 'host, port or user name changed in the row under a sealed password, then a test and an invoice',
  expects: 'the test sends no password, the invoice none to another server',
  run: async (attempt) => {
    const { stage } = attempt.site;
    const [own, thief] = [stage.takeServer(), stage.takeServer()];
    for (const [name, change] of MOVES(thief.port)) {
      const team = `sealed-${name}`;
      await stage.invoicing.setUpTeam(team, { server: own });
      await moveSeal(attempt, team, change);
      own.behave();
      attempt.expectAnswer(`test after ${name}`, await test(attempt, team), [200, 422]);
      attempt.expect(passwordsAt(own, thief) === 0, `after a change of ${name} the password went out`);
      await handInvoice(attempt, team);
      // A dispatcher that still has the earlier settings cached sends to the earlier server.
      attempt.expect(passwordsAt(thief) === 0, `after a change of ${name} the password of an invoice went out`);
    }
    return `${MOVES(0).length} changes, ${passwordsAt(thief)} passwords at the other server`;
  },
};

const passwordsAt = (...servers: MailServer[]): number => servers.reduce((sum, { passwords }) => sum + passwords.length, 0);

async function moveSeal(attempt: Attempt, team: string, { auth = {}, ...change }: { auth?: object }): Promise<void> {
  await attempt.site.stage.database.rows(
    `UPDATE settings.team_email_delivery SET smtp = (smtp || $2::jsonb) || jsonb_build_object('auth', (smtp -> 'auth') || $3::jsonb)
     WHERE team_id = $1`,
    [team, JSON.stringify(change), JSON.stringify(auth)],
  );
}

/** Hands over an invoice of the team, waits until the dispatcher has sent it or returned it to the queue, and cancels it. */
async function handInvoice(attempt: Attempt, team: string): Promise<void> {
  const { site } = attempt;
  const path = `/v1/teams/${team}/deliveries`;
  const body = {
    ...{ requestedBy: { userId: 'clerk' }, document: { id: team, type: 'invoice' }, to: [{ address: 'a@customer.example' }] },
    ...{ subject: 'Invoice', text: 'Invoice' },
  };
  const taken = await site.ask('mail-dispatcher', path, { as: 'service', method: 'POST', headers: { 'idempotency-key': team }, body });
  attempt.expectAnswer('the invoice', taken, [202]);
  const { id } = JSON.parse(taken.text) as { id: string };
  const { database } = site.stage;
  const isDone = 'SELECT settled_at IS NOT NULL OR postponements > 0 AS done FROM dispatch.deliveries WHERE id = $1';
  await attempt.awaits('the invoice is tried', async () => (await database.one<{ done: boolean }>(isDone, [id])).done);
  await site.ask('mail-dispatcher', `${path}/${id}/cancel`, { as: 'service', method: 'POST' });
}

const PASSWORD = 'Ge+heim/nis~Öl%7';
const bytes = Buffer.from(PASSWORD);
const REPEATED: readonly [name: string, reply: string, never: string][] = [
  ['as it is', `535 5.7.8 no ${PASSWORD} here`, 'heim/nis'],
  ['over two lines', `535-5.7.8 no ${PASSWORD.slice(0, 8)}\n535 5.7.8 ${PASSWORD.slice(8)}`, PASSWORD.slice(0, 8)],
  ['base64', `535 5.7.8 ${bytes.toString('base64')}`, bytes.toString('base64').slice(0, 16)],
  ['AUTH PLAIN', `535 5.7.8 ${Buffer.from(`\u0000billing\u0000${PASSWORD}`).toString('base64')}`, 'R2UraGVpb'],
  ['hexadecimal', `535 5.7.8 ${bytes.toString('hex')}`, bytes.toString('hex').slice(0, 16)],
  ['percent-encoded', `535 5.7.8 ${encodeURIComponent(PASSWORD)}`, 'heim%2Fnis'],
];

const repeated: Attack = {
  name: 'password-repeated',
  tries: `a server that repeats the password: ${REPEATED.map(([name]) => name).join(', ')}`,
  expects: 'no part of it in the answer of the test',
  run: async (attempt) => {
    const server = attempt.site.stage.takeServer();
    for (const [index, [name, reply, never]] of REPEATED.entries()) {
      server.behave({ auth: reply });
      const smtp = { host: '127.0.0.1', port: server.port, security: 'starttls', fromAddress: 'billing@acme.example' };
      const auth = { type: 'password', username: 'billing', password: PASSWORD };
      const answer = await test(attempt, `repeated-${index}`, { smtp: { ...smtp, auth } });
      attempt.expectAnswer(name, answer, [200]);
      attempt.expect(answer.text.includes('"auth"') && server.passwords.length > 0, `${name}: was not asked for the password`);
      attempt.expect(!answer.text.includes(never), `${name}: ${answer.text}`);
    }
    return `${REPEATED.length} replies, the password in none of the answers`;
  },
};

const logs: Attack = {
  name: 'logs',
  tries: 'a look for passwords, tokens and addresses in the logs of all that went before',
  expects: 'none',
  run: async (attempt) => {
    const { stage, services } = attempt.site;
    const words = [PASSWORD, '"geheim"', 'customer.example', stage.jwtSecret, 'Bearer ey'];
    const found = words.filter((word) => stage.countInLogs(word, Object.values(services)) > 0);
    attempt.expect(found.length === 0, `in the logs: ${found.join(', ')}`);
    return `${found.length} of ${words.length} found`;
  },
};

export const secrets: Kind = { name: 'secrets', attacks: [seal, repeated, logs] };
