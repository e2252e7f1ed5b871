// Runs `npm start` itself on a data folder of its own, as a user would: from an empty folder to the summary, the
// commands typed next, and the end.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DISPATCH_QUEUE, publishDispatchJob } from '@billing-mail/contracts';
import { bullOptions, SCHEMA_OF } from '@billing-mail/platform';
import {
  type ReceivedSpan,
  type ScriptedSmtpServer,
  startDnsServer,
  startScriptedSmtpServer,
  startTraceReceiver,
  type TraceReceiver,
} from '@billing-mail/testkit';
import Bull from 'bull';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { createPdf } from './samples/sample-pdf.js';
import { hasDeliveries } from './samples/send-samples.js';
import { periodOf, runArchive } from './run-archive.js';
import { call } from './services-client.js';
import { readStartFile, type StartFile } from './start-file.js';
import { readStartOptions } from './start.js';
import { USUAL_DOWN_SMTP_PORT } from './starting/provide-parts.js';
import { type RunStep } from './step.js';
import { workspaceRoot } from './workspace.js';

const execute = promisify(execFile);
const silently: RunStep = (_title, work) => work(() => undefined);
type ArchivedFile = { file: string; size: number; sha256: string };
type Archived = { recipients: unknown[]; attempts: unknown[]; content: { documents: ArchivedFile[]; messages: ArchivedFile[] } };

describe('readStartOptions', () => {
  it('runs one of each and sends samples unless told otherwise', () => {
    const one = { 'settings-api': 1, 'mail-dispatcher': 1, 'notification-service': 1 };
    expect(readStartOptions([])).toEqual({ samples: 'once', counts: one, watch: false });
    expect(readStartOptions(['--samples', '--watch'])).toEqual({ samples: 'again', counts: one, watch: true });
    expect(readStartOptions(['--no-samples', '--dispatchers', '2', '--notifiers', '3'])).toEqual({
      samples: 'never',
      watch: false,
      counts: { 'settings-api': 1, 'mail-dispatcher': 2, 'notification-service': 3 },
    });
  });

  it.each(['--dispatchers 0', '--notifiers many', '--unknown'])('refuses %s', (line) => {
    const args = line.split(' ');
    expect(() => readStartOptions(args)).toThrow(args[0]);
  });
});

describe('the period of an archive', () => {
  it('takes days of UTC with the last one included, and instants as they are', () => {
    expect(periodOf('2026-01-01', '2026-12-31')).toEqual({ from: new Date('2026-01-01T00:00Z'), until: new Date('2027-01-01T00:00Z') });
    expect(periodOf('2026-01-01T00:00:00+01:00', '2026-02-01T00:00Z').from).toEqual(new Date('2025-12-31T23:00Z'));
  });

  it.each([
    ['2026-02-30', '2026-12-31'],
    ['2026-13-01', '2026-12-31'],
    ['last year', '2026-12-31'],
    ['2026-12-31', '2026-01-01'],
  ])('refuses %s to %s', (from, to) => {
    expect(() => periodOf(from, to)).toThrow(/is no day|is not before/);
  });
});

/** Runs a program of `tools` to its end, as npm does. */
async function outcomeOf(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [join(workspaceRoot, 'tools', program), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...said };
}

describe('the commands', () => {
  const { scripts } = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const TAKE_ARGUMENTS = [
    ...[
      'start',
      'send',
      'token',
      'doctor',
      'migrate',
      'database:roles',
      'keys:rotate',
      'backup',
      'restore',
      'archive',
      'person',
      'legal-hold',
    ],
    ...['check', 'test', 'ops-tests', 'faults', 'attack', 'bench', 'date:check'],
  ];

  it.each(TAKE_ARGUMENTS)('say for --help what they take, and build nothing for it: npm run %s', async (name) => {
    const [, program = '', args = ''] = /node tools\/([\w.-]+)(.*)$/.exec(scripts[name] ?? '') ?? [];
    const { code, out } = await outcomeOf(program, [...args.trim().split(/ +/).filter(Boolean), '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^\\S*.*npm (run (--silent )?)?${name}`));
    expect(out).not.toContain('Build');
  });

  it('end with one message where a variable is wrong, before anything is started', async () => {
    const DATA_DIR = join(tmpdir(), 'billing-mail-never-started');
    const { code, err } = await outcomeOf('start.mjs', [], { DATA_DIR, RETRY_DELAYS: 'soon', REDIS_URL: 'http://nowhere' });
    expect(code).toBe(1);
    expect(err).toMatch(/REDIS_URL .*redis:\/\//);
    expect(err).toContain('RETRY_DELAYS must be durations separated by commas, such as 5m,30m');
    expect(err).toContain('What helps: correct the variables named above');
    expect(err).not.toMatch(/^ +at /m);
    expect(existsSync(DATA_DIR)).toBe(false);
  });

  it('say why a program of a service ended, and show none of its log', async () => {
    const { code, err } = await outcomeOf('migrate.mjs', [], { DATABASE_URL: 'mysql://nowhere/x' });
    expect(code).toBe(1);
    expect(err).toContain('DATABASE_URL must be a URL that begins with postgres:// or postgresql://');
    expect(err).not.toMatch(/^ +at |"level"/m);
  });
});

describe('npm start', () => {
  let folder: string;
  let child: ChildProcess;
  let traces: TraceReceiver;
  let neighbour: ScriptedSmtpServer | null;
  let output = '';
  const started: ChildProcess[] = [];

  const run = (args: string[]): ChildProcess => {
    // Without npm's variable, because the start would otherwise watch whether npm still runs.
    const asUnnamed = { npm_lifecycle_event: undefined, SMTP_CLIENT_NAME: 'mailer' };
    const env = { ...process.env, DATA_DIR: folder, ...asUnnamed, OTEL_EXPORTER_OTLP_ENDPOINT: traces.url };
    const process_ = spawn(process.execPath, [join(workspaceRoot, 'tools', 'start.mjs'), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(process_);
    return process_;
  };
  const whenItSays = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const listen = (chunk: Buffer): void => {
        output += chunk.toString();
        if (output.includes(text)) resolve();
      };
      child.stdout?.on('data', listen);
      child.stderr?.on('data', listen);
      child.once('close', () => reject(new Error(`it ended before it said "${text}":\n${output}`)));
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'billing-mail-start-'));
    process.env['DATA_DIR'] = folder; // read by readStartFile
    traces = await startTraceReceiver();
    // Another program on the port where the samples expect nothing. Another run of this test may already have the port.
    neighbour = await startScriptedSmtpServer({}, { port: USUAL_DOWN_SMTP_PORT }).catch(() => null);
    child = run(['--dispatchers', '2']);
    await whenItSays('Ready after');
  });

  afterAll(async () => {
    delete process.env['DATA_DIR'];
    await Promise.all([traces.close(), neighbour?.close()]);
    for (const process_ of started) process_.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const running = (): StartFile => {
    const file = readStartFile();
    if (file === null) throw new Error('start.json is not there');
    return file;
  };

  it('tells what became of each sample', () => {
    expect(output).toMatch(/sent: 3 of 3 recipients, by platform, 1 attempt, signed/);
    expect(output).toMatch(/sent: 1 of 1 recipients, by custom, 1 attempt, not signed/);
    expect(output).toMatch(/sent: 1 of 1 recipients, by platform, after the team's own server failed, 4 attempts, signed/);
    expect(output).toMatch(/told: Your mail server .+ is not accepting mail/);
    expect(output).toMatch(/then it came back\n\s+told: .+ kam zurück/);
  });

  it('prints one screen: what happened, three links, the next command, and no token', async () => {
    const screen = output.slice(output.indexOf('Billing Mail runs'));
    expect(screen.trim().split('\n').length).toBeLessThanOrEqual(24);
    expect(screen.match(/(?:http|file):\/\/\S+/g)).toHaveLength(3);
    expect(screen.match(/^Next: .+$/gm)).toEqual(['Next: npm run send -- --pdf invoice.pdf --to customer@example.org']);
    for (const token of Object.values(running().tokens)) expect(output).not.toContain(token);
    // The link opens the page in a browser, signed in; the file that it names contains the token.
    const file = fileURLToPath(/file:\/\/\S+/.exec(screen)?.[0] ?? '');
    expect(readFileSync(file, 'utf8')).toContain(
      `url=${running().settingsApi}/teams/acme/settings/invoicing#token=${running().tokens['acme-admin']}`,
    );
  });

  it.each([
    ['settings-api', 'settingsApi'],
    ['mail-dispatcher', 'mailDispatcher'],
    ['notification-service', 'notificationService'],
  ] as const)('answers as the types of the clients say that %s does (npm run api-types)', async (service, address) => {
    const cli = join(workspaceRoot, 'node_modules', 'openapi-typescript', 'bin', 'cli.js');
    const { stdout } = await execute(process.execPath, [cli, `${running()[address]}/openapi.json`], { maxBuffer: 2 ** 25 });
    expect(readFileSync(join(workspaceRoot, 'libs', 'contracts', 'src', 'http-client', 'generated', `${service}.ts`), 'utf8')).toBe(stdout);
  });

  it('would send no samples the next time', async () => {
    expect(await hasDeliveries(running())).toBe(true);
  });

  it('is asked for a token by npm run token, which prints nothing else', async () => {
    const { code, out } = await outcomeOf('token.mjs', ['acme-admin']);
    expect([code, out]).toEqual([0, `${running().tokens['acme-admin']}\n`]);
    expect(await outcomeOf('token.mjs', ['constructor'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('one of service, acme-admin'),
    });
  });

  it("sends a document of one's own in the language of the team", async () => {
    const pdf = join(folder, 'S-1.pdf');
    writeFileSync(pdf, createPdf(['Rechnung']), { mode: 0o600 });
    const { code, out } = await outcomeOf('send.mjs', ['--pdf', pdf, '--to', 'own@customer.example']);
    expect(code).toBe(0);
    expect(out).toContain('sent: 3 of 3 recipients, by platform');
    const mails = (await (await fetch(`${running().mailboxUrl}/api/email`)).json()) as { subject: string }[];
    expect(mails.map(({ subject }) => subject)).toContain('Rechnung S-1');
  });

  it('is found well by the doctor, down to the DNS of its sender', async () => {
    const dns = await startDnsServer({
      'billing-mail.example': { mx: ['10 mx.billing-mail.example'], txt: ['v=spf1 mx -all'] },
      'mx.billing-mail.example': { a: ['127.0.0.1'] },
      '_dmarc.billing-mail.example': { txt: ['v=DMARC1; p=reject'] },
    });
    try {
      const { code, out } = await outcomeOf('doctor.mjs', ['--production', '--dns-server', dns.address]);
      expect(out).toMatch(/, 0 wrong$/m);
      expect(code).toBe(0);
      for (const about of ['PostgreSQL', 'PostgreSQL on disk', 'PostgreSQL roles', 'Redis', 'Redis memory', 'clock', 'documents'])
        expect(out).toMatch(new RegExp(`^✓ ${about} `, 'm'));
      for (const service of SERVICES) {
        expect(out).toMatch(new RegExp(`^✓ ${service} +ready`, 'm'));
        expect(out).toMatch(new RegExp(`^✓ tables of ${service} +up to date`, 'm'));
      }
      expect(out).toMatch(/^✓ signing certificate +for e-invoice@billing-mail\.example, 36\d days left/m);
      expect(out).toMatch(/^! Redis on disk +append-only file, synced everysec/m);
      expect(out).toMatch(/^! mail server .*without TLS/m);
      expect(out).toMatch(/^! tokens +checked by AUTH_JWT_SECRET/m);
      for (const url of [running().databaseUrl, running().redisUrl]) expect(out).not.toContain(new URL(url).password);
    } finally {
      await dns.close();
    }
  });

  it('mails who asked for the document what happened to it', async () => {
    const alerts = async (): Promise<{ subject: string; headers: Record<string, string> }[]> => {
      const mails = (await (await fetch(`${running().mailboxUrl}/api/email`)).json()) as {
        subject: string;
        headers: Record<string, string>;
      }[];
      return mails.filter(({ headers }) => headers['auto-submitted'] === 'auto-generated');
    };
    // Longer than the retry delay of an alert whose server did not answer in time: it is tried again after a minute.
    const until = Date.now() + 270_000;
    while ((await alerts()).length < 2 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 200));
    // The outbox says why an alert is missing.
    const database = new Client({ connectionString: running().databaseUrl });
    await database.connect();
    const { rows } = await database.query('SELECT status, attempts, last_error FROM notify.email_outbox');
    await database.end();
    expect(rows).toEqual([1, 2].map(() => ({ status: 'sent', attempts: 0, last_error: null })));
    const subjects = (await alerts()).map(({ subject }) => subject).sort();
    expect(subjects).toEqual([expect.stringMatching(/kam zurück/), expect.stringMatching(/is not accepting mail/)]);
  });

  describe('traced from the request to the alert', () => {
    // W3C's own examples.
    const [TRACE, OTHER_TRACE, CALLER] = ['0af7651916cd43dd8448eb211c80319c', '4bf92f3577b34da6a3ce929d0e0e4736', 'b7ad6b7169203331'];
    let ownServer: ScriptedSmtpServer;
    const token = (): string => running().tokens['service'] ?? '';
    const document = (id: string, userId: string) => ({
      requestedBy: { userId, email: `${userId}@acme.example`, locale: 'en' },
      document: { id, type: 'invoice' as const },
      to: [{ address: 'gone@customer.example' }],
      subject: `Invoice ${id}`,
      text: 'Please find the invoice attached.',
    });
    const spansOf = (traceId: string): ReceivedSpan[] => traces.spans.filter((span) => span.traceId === traceId);
    /** Waits until `look` finds something: services export their spans every few seconds. */
    const arrived = async <T>(look: () => T | false | undefined): Promise<T | false | undefined> => {
      for (const until = Date.now() + 120_000; !look() && Date.now() < until;) await new Promise((resolve) => setTimeout(resolve, 200));
      return look();
    };
    /** Resolves with the spans of a trace once all services have exported theirs. */
    const whenTold = async (traceId: string, ...also: string[]): Promise<ReceivedSpan[]> => {
      const wanted = ['take', 'deliver', 'compose', 'send', 'settle', 'notify', 'alert e-mail', ...also];
      await arrived(() => wanted.every((wantedName) => spansOf(traceId).some(({ name }) => name === wantedName)));
      return spansOf(traceId);
    };
    /**
     * Returns the tree of spans, each under its parent, as `service: name`. Spans with the same name under the same parent count as one.
     */
    const treeBelow = (parents: readonly string[], spans: readonly ReceivedSpan[]): object => {
      const ids = new Map<string, string[]>();
      for (const { service, name, spanId } of spans.filter(({ parentSpanId }) => parents.includes(parentSpanId)))
        ids.set(`${service}: ${name}`, [...(ids.get(`${service}: ${name}`) ?? []), spanId]);
      return Object.fromEntries([...ids].map(([step, below]) => [step, treeBelow(below, spans)]));
    };
    const FROM_TAKEN_TO_TOLD = {
      'mail-dispatcher: deliver': {
        'mail-dispatcher: compose': {},
        'mail-dispatcher: send': {},
        'mail-dispatcher: settle': { 'notification-service: notify': { 'notification-service: alert e-mail': {} } },
      },
    };

    beforeAll(async () => {
      const { body } = await call(`${running().settingsApi}/v1/teams/initech/email-delivery`, token());
      const { port } = (body as { smtp: { port: number } }).smtp;
      ownServer = await startScriptedSmtpServer({ rcpt: '550 5.1.1 no such user' }, { port });
      await call(`${running().settingsApi}/v1/teams/traced/email-delivery`, token(), {
        method: 'PUT',
        body: {
          companyName: 'Traced Ltd.',
          locale: 'en',
          sender: 'custom',
          smtp: {
            host: '127.0.0.1',
            port,
            security: 'none',
            auth: { type: 'none' },
            fromAddress: 'billing@traced.example',
            fromName: 'Traced',
          },
          fallback: false,
          notifyUserIds: [],
        },
      });
    });
    afterAll(() => ownServer.close());

    it("is one trace of the caller's, in which each step is below what it follows from", async () => {
      const { body } = await call(`${running().mailDispatcher}/v1/teams/traced/deliveries`, token(), {
        method: 'POST',
        body: document('traced-1', 'tracer'),
        headers: { traceparent: `00-${TRACE}-${CALLER}-01`, 'Idempotency-Key': 'traced-1', 'X-Request-Id': 'request-1' },
        expect: [202],
      });
      const { id } = body as { id: string };
      const spans = await whenTold(TRACE, 'POST /v1/teams/:teamId/deliveries', 'settings');
      expect(treeBelow([CALLER], spans)).toMatchObject({
        'mail-dispatcher: POST /v1/teams/:teamId/deliveries': {
          'mail-dispatcher: settings': {},
          'mail-dispatcher: take': FROM_TAKEN_TO_TOLD,
        },
      });
      expect(traces.bodies.join()).not.toMatch(/@customer\.example|@acme\.example|no such user/);

      const lines = readdirSync(join(folder, 'logs'))
        .filter((file) => file.startsWith('mail-dispatcher'))
        .flatMap((file) => readFileSync(join(folder, 'logs', file), 'utf8').split('\n'))
        .filter((line) => line.includes(TRACE))
        .map((line) => JSON.parse(line) as { requestId?: string; deliveryId?: string; step?: string });
      expect(lines.find(({ step }) => step === 'delivered')).toMatchObject({ requestId: 'request-1', deliveryId: id });
      expect(lines.filter(({ requestId }) => requestId !== 'request-1')).toEqual([]);
    });

    it('goes on in settings-api where that is asked', async () => {
      const isAsked = ({ service, name, parentSpanId }: ReceivedSpan): boolean =>
        service === 'settings-api' &&
        name === 'settings.get' &&
        traces.spans.some((asking) => asking.service === 'mail-dispatcher' && asking.spanId === parentSpanId);
      expect(await arrived(() => traces.spans.some(isAsked))).toBe(true);
    });

    it('is as well one of who publishes to the queue, and no document is refused for what can not be read', async () => {
      const queue = new Bull(DISPATCH_QUEUE, bullOptions({ REDIS_URL: running().redisUrl }));
      const job = { version: 1 as const, teamId: 'traced' };
      try {
        await publishDispatchJob(queue, { ...job, key: 'traced-2', ...document('traced-2', 'publisher') }, { traceparent: 'rubbish' });
        const traceparent = `00-${OTHER_TRACE}-${CALLER}-01`;
        await publishDispatchJob(queue, { ...job, key: 'traced-3', ...document('traced-3', 'other-publisher') }, { traceparent });
      } finally {
        await queue.close(true);
      }
      const expected = { 'mail-dispatcher: dispatch process': { 'mail-dispatcher: take': FROM_TAKEN_TO_TOLD } };
      expect(treeBelow([CALLER], await whenTold(OTHER_TRACE, 'dispatch process'))).toMatchObject(expected);
      // The other one is the only document of the team that is in neither trace.
      const isOther = ({ name, traceId, attributes }: ReceivedSpan): boolean =>
        name === 'take' && attributes['billing_mail.team.id'] === 'traced' && traceId !== TRACE && traceId !== OTHER_TRACE;
      const own = await arrived(() => traces.spans.find(isOther));
      if (!own) throw new Error('the other document was not taken');
      expect(treeBelow([''], await whenTold(own.traceId, 'dispatch process'))).toMatchObject(expected);
    });
  });

  it('shows nobody else where things are and never prints a password', () => {
    expect(statSync(join(folder, 'start.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
    for (const url of [running().databaseUrl, running().redisUrl]) expect(output).not.toContain(new URL(url).password);
  });

  /** Returns the environment that a running service was given, as the kernel shows it to its owner. */
  const environmentOf = (service: string): Record<string, string> => {
    const pid = [running().pids[service] ?? []].flat()[0];
    const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]));
  };
  const SERVICES = ['settings-api', 'mail-dispatcher', 'notification-service'] as const;

  it.each(SERVICES)('gives %s its own secrets and the rights to its own schema', async (service) => {
    const given = environmentOf(service);
    const secrets = [
      ...['SECRET_KEYS', 'NOTIFICATION_SECRET_KEYS', 'PLATFORM_SMTP_URL', 'SMIME_P12_PASSPHRASE', 'MIGRATION_DATABASE_URL'],
    ].filter((name) => name in given);
    expect(secrets).toEqual(
      { 'settings-api': ['SECRET_KEYS'], 'mail-dispatcher': ['SECRET_KEYS', 'PLATFORM_SMTP_URL', 'SMIME_P12_PASSPHRASE'] }[
        service as string
      ] ?? ['NOTIFICATION_SECRET_KEYS', 'PLATFORM_SMTP_URL'],
    );
    const client = new Client({ connectionString: given['DATABASE_URL'] });
    await client.connect();
    try {
      const { rows } = await client.query<{ schema: string }>(
        `SELECT nspname AS schema FROM pg_namespace
         WHERE nspname IN ('settings', 'dispatch', 'notify') AND has_schema_privilege(oid, 'USAGE')`,
      );
      expect(rows).toEqual([{ schema: SCHEMA_OF[service] }]);
    } finally {
      await client.end();
    }
  });

  it('is archived: documents, messages as sent and log, with check sums that sha256sum accepts', async () => {
    const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
    const out = join(folder, 'archive');
    const args = ['--team', 'acme', '--from', from ?? '', '--to', to ?? '', '--out', out];
    expect(await runArchive(args, silently)).toBe(0);
    await expect(runArchive(args, silently)).rejects.toThrow(/already exists/);
    const { stdout } = await execute('sha256sum', ['-c', 'SHA256SUMS'], { cwd: out });
    const files = (readdirSync(out, { recursive: true }) as string[]).filter((path) => lstatSync(join(out, path)).isFile());
    expect(stdout.trim().split('\n').sort()).toEqual(
      files
        .filter((path) => path !== 'SHA256SUMS')
        .sort()
        .map((path) => `${path}: OK`),
    );

    const lines = readFileSync(join(out, 'deliveries.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Archived);
    const about = JSON.parse(readFileSync(join(out, 'archive.json'), 'utf8')) as { deliveries: number };
    expect(lines.length).toBeGreaterThan(0);
    expect(about).toMatchObject({ team: 'acme', deliveries: lines.length, differences: 0 });
    for (const { recipients, attempts, content } of lines) {
      expect([recipients.length > 0, attempts.length > 0, content.documents.length > 0, content.messages.length > 0]).toEqual([
        true,
        true,
        true,
        true,
      ]);
      for (const { file, size } of [...content.documents, ...content.messages]) expect(statSync(join(out, file)).size).toBe(size);
      for (const { file, sha256 } of content.messages)
        expect(stdout && readFileSync(join(out, 'SHA256SUMS'), 'utf8')).toContain(`${sha256}  ${file}`);
    }
    expect(readFileSync(join(out, 'recipients.csv'), 'utf8').split('\r\n')).toHaveLength(
      2 + lines.reduce((sum, { recipients }) => sum + recipients.length, 0),
    );

    // A file that has changed since is detected.
    writeFileSync(join(out, lines[0]?.content.documents[0]?.file ?? ''), 'other');
    await expect(execute('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: out })).rejects.toMatchObject({ code: 1 });
  });

  it('did all that with users of Redis that may do their own work only', async () => {
    const redis = new Redis(running().redisUrl);
    try {
      // ACL LOG lists each refused command, key and channel, including those in scripts.
      expect(await redis.acl('LOG')).toEqual([]);
      const clients = (await redis.client('LIST')) as string;
      expect(clients).toMatch(/user=settings-api\b/);
      expect(clients).toMatch(/user=mail-dispatcher\b/);
      expect(clients).toMatch(/user=notification-service\b/);
    } finally {
      redis.disconnect();
    }
  });

  it.each([
    ['settings-api', ['GET', '{billing-mail}:dispatch:1']],
    ['settings-api', ['PUBLISH', 'delivery.updated', '{}']],
    ['notification-service', ['LRANGE', '{billing-mail}:dispatch:wait', '0', '-1']],
    ['notification-service', ['PUBLISH', 'settings.get.reply', '{}']],
    ['notification-service', ['SCAN', '0']],
    ['mail-dispatcher', ['GET', '{billing-mail}:another:id']],
    ['mail-dispatcher', ['FLUSHALL']],
    ['mail-dispatcher', ['KEYS', '*']],
    ['mail-dispatcher', ['CONFIG', 'SET', 'dir', '/tmp']],
    ['mail-dispatcher', ['EVAL', "return redis.call('FLUSHALL')", '0']],
    ['mail-dispatcher', ['ACL', 'WHOAMI']],
  ] as const)('does not let %s do %j in Redis', async (service, [command, ...args]) => {
    const redis = new Redis(environmentOf(service)['REDIS_URL'] ?? '');
    try {
      await expect(redis.call(command, ...args)).rejects.toThrow(/NOPERM|can't run this command|permissions/i);
    } finally {
      redis.disconnect();
    }
  });

  it('keeps everything that it makes readable by its owner only', () => {
    const readable = (readdirSync(folder, { recursive: true }) as string[]).filter((path) => {
      const inFolderOfPostgres = /^postgres\//.test(path);
      return !inFolderOfPostgres && (lstatSync(join(folder, path)).mode & 0o077) !== 0;
    });
    expect(readable).toEqual([]);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it('runs as many of a service as asked for, each ready', async () => {
    const { pids, settingsApi, mailDispatcher, notificationService } = running();
    expect(pids['mail-dispatcher']).toHaveLength(2);
    for (const url of [settingsApi, mailDispatcher, notificationService]) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it.each(SERVICES)('warns in the log of %s of a name for EHLO that is one label', (service) => {
    const files = readdirSync(join(folder, 'logs')).filter((file) => file.startsWith(service));
    const said = files.map((file) => /.*"step":"client-name".*/.exec(readFileSync(join(folder, 'logs', file), 'utf8'))?.[0] ?? '{}');
    expect(said.map((line) => JSON.parse(line) as object)).toEqual(
      files.map(() =>
        expect.objectContaining({ level: 'warn', msg: expect.stringContaining('SMTP_CLIENT_NAME "mailer" is not fully qualified') }),
      ),
    );
    expect(files).not.toEqual([]);
  });

  it('refuses to run twice on the same data', async () => {
    const second = run(['--no-samples']);
    let said = '';
    second.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(second, 'close')) as [number];
    expect(code).toBe(1);
    expect(said).toContain(`already runs here as process ${child.pid}`);
    expect(existsSync(join(folder, 'start.json'))).toBe(true);
  });

  it('ends all that it started on SIGTERM', async () => {
    const pids = Object.values(running().pids).flat();
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'start.json'))).toBe(false);
    expect(readdirSync(join(folder, 'run'))).toEqual([]);
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });
});
