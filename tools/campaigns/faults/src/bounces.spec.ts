// Real mail servers as the platform's: they take a document for three people, a server behind them refuses one, and their own report comes back.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DeliveryView } from '@billing-mail/contracts';
import { findFreePort, NotPossibleHereError, type Ports, type RealServer, startExim, startPostfix } from '@billing-mail/testkit';
import { CLERK, invoice, Stage } from '@billing-mail/tools/stage';
import { issueTokens } from '@billing-mail/tools/starting/tokens';

const DOMAIN = 'bounce.platform.example';
const WITHIN_MS = 240_000;

type Way = Ports & { reports: number };

const POSTFIX = (ports: Way): Promise<RealServer> =>
  startPostfix(ports, () => ({
    transport_maps: `inline:{ { ${DOMAIN} = smtp:[127.0.0.1]:${ports.reports} } }`,
    // Uses TLS where the other server offers it, as servers do today.
    smtp_tls_security_level: 'may',
  }));
const EXIM = (ports: Way): Promise<RealServer> =>
  startExim(ports, { options: ['dsn_advertise_hosts = *'], domains: { [DOMAIN]: ports.reports } });

async function until<T>(what: string, look: () => Promise<T | null | undefined> | T | null | undefined): Promise<T> {
  for (const end = Date.now() + WITHIN_MS; Date.now() < end; await sleep(200)) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
  }
  throw new Error(`not so in time: ${what}`);
}

describe('a report of the platform’s own server', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bounces-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each<[string, (ports: Way) => Promise<RealServer>, boolean]>([
    ['Postfix', POSTFIX, false],
    ['Exim', EXIM, true],
  ])(
    'of %s bounces the one of three whom the next server refused, and the user hears of it (a return path for each: %s)',
    async (name, startServer, isPerRecipient) => {
      const [port, reports] = [await findFreePort(0), await findFreePort(0)];
      const stage = await Stage.set(join(folder, name), {
        ...{ dispatchers: 1, notifiers: 1, customServers: 1 },
        env: {
          PLATFORM_SMTP_URL: `smtp://127.0.0.1:${port}`,
          BOUNCE_DOMAIN: DOMAIN,
          BOUNCE_SECRET: `k1:${randomBytes(32).toString('base64')}`,
          BOUNCE_SMTP_PORT: String(reports),
          BOUNCE_PER_RECIPIENT: String(isPerRecipient),
        },
      });
      let server: RealServer | null = null;
      try {
        const sink = stage.takeServer();
        const refused = (address: string): boolean => address.startsWith('b.');
        sink.behave({ security: 'none', accounts: undefined, rcpt: (address) => (refused(address) ? '550 5.1.1 no such user' : '250 ok') });
        server = await startServer({ port, behind: sink.port, reports });
        await stage.invoicing.setUpTeam('acme');
        const job = invoice('acme', { to: ['a', 'b', 'c'].map((who) => ({ address: `${who}.payables@customer.example` })) });
        await stage.invoicing.publish(job);
        const after = await until('bounced', () => bouncedOf(stage, job.key));
        expect(after).toEqual([
          { address: 'a.payables@customer.example', status: 'accepted', reply: expect.any(String) },
          { address: 'b.payables@customer.example', status: 'bounced', reply: expect.stringContaining('550 5.1.1 no such user') },
          { address: 'c.payables@customer.example', status: 'accepted', reply: expect.any(String) },
        ]);
        const { status } = await stage.database.one<Pick<DeliveryView, 'status'>>('SELECT status FROM dispatch.deliveries WHERE key = $1', [
          job.key,
        ]);
        expect(status).toBe('partly_sent');
        const notification = await until('in the inbox', async () => (await notificationsOf(stage))[0]);
        expect(notification).toMatchObject({ user_id: CLERK, type: 'delivery_bounced', severity: 'error' });
        const mail = await until('by e-mail', () => stage.alertMailbox.messages[0]);
        expect(mail.recipients).toMatchObject([{ address: 'clerk@faults.example' }]);
        expect(sink.messages.every(({ from }) => from.startsWith('b+') && from.endsWith(`@${DOMAIN}`))).toBe(true);

        const pathOf = (who: string) =>
          sink.messages.find(({ recipients }) => recipients.some(({ address }) => address.startsWith(`${who}.`)))?.from ?? '';
        expect(pathOf('a') !== pathOf('c')).toBe(isPerRecipient);
        // A provider passes a complaint on without the recipient's address: only a return path for each recipient identifies the recipient.
        const complainant = isPerRecipient ? 'a.payables@customer.example' : null;
        await bring(stage, pathOf('a'), complaint());
        const complained = await until('told of the complaint', async () =>
          (await notificationsOf(stage)).find(({ severity }) => severity === 'warning'),
        );
        expect(complained.params.recipients.map(({ address }) => address)).toEqual(complainant === null ? [] : [complainant]);
        // The document was forwarded to another address, and the report returns nothing of the original message.
        await bring(
          stage,
          pathOf('c'),
          'From: MAILER-DAEMON@far.example\r\nSubject: failure notice\r\n\r\n<x@far.example>: 550 5.1.1 no such user\r\n',
        );
        const statuses = (await recipientsOf(stage, job.key)).map(({ status }) => status);
        expect(statuses).toEqual(['accepted', 'bounced', isPerRecipient ? 'bounced' : 'accepted']);
      } catch (error) {
        // Some servers need root, or a package that only root can install.
        if (!(error instanceof NotPossibleHereError) || process.getuid?.() === 0) throw error;
        console.warn(`Reports of ${name} were not tried: ${error.message}.`);
      } finally {
        await server?.stop();
        await stage.strike();
      }
    },
  );
});

/** Delivers a mail through the HTTP interface, as a mail server that pipes mail to a program does. */
async function bring(stage: Stage, returnPath: string, mail: string): Promise<void> {
  const { service } = await issueTokens(stage.jwtSecret);
  const url = `${stage.dispatchers[0]?.url}/v1/bounces?to=${encodeURIComponent(returnPath)}`;
  const headers = { authorization: `Bearer ${service}`, 'content-type': 'message/rfc822' };
  const answer = await fetch(url, { method: 'POST', headers, body: mail });
  expect([answer.status, await answer.json()]).toEqual([200, { result: 'taken' }]);
}

/** A complaint (RFC 5965) with as little information as providers leave in it. */
const complaint = (): string =>
  [
    'From: feedback@provider.example',
    'Subject: complaint',
    'Content-Type: multipart/report; report-type=feedback-report; boundary=b1',
    '',
    '--b1',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: abuse',
    'Version: 1',
    '--b1--',
    '',
  ].join('\r\n');

async function bouncedOf(stage: Stage, key: string): Promise<object[] | null> {
  const rows = await recipientsOf(stage, key);
  return rows.some(({ status }) => status === 'bounced') ? rows : null;
}

const recipientsOf = (stage: Stage, key: string) =>
  stage.database.rows<{ status: string }>(
    `SELECT r.address, r.status, r.reply FROM dispatch.recipients r JOIN dispatch.deliveries d ON d.id = r.delivery_id WHERE d.key = $1 ORDER BY r.position`,
    [key],
  );

type Told = { severity: string; params: { recipients: { address: string }[] } };

const notificationsOf = (stage: Stage): Promise<Told[]> =>
  stage.database.rows<Told>(`SELECT user_id, type, severity, params FROM notify.notifications WHERE type = 'delivery_bounced'`, []);
