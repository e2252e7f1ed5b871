// Runs the examples of the documents against a real queue and a real dispatcher.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deliveryView, DISPATCH_QUEUE, dispatchJobSchema, QUEUE_PREFIX } from '@billing-mail/contracts';
import {
  findFreePort,
  findProgram,
  startServerProcess,
  startTestDatabase,
  startTestRedis,
  type ServerProcess,
  type TestDatabase,
  type TestRedis,
} from '@billing-mail/testkit';
import Queue from 'bull';
import { migrateSchemas } from '../../migrate-schemas.js';
import { issueTokens } from '../../starting/tokens.js';
import { provideCertificates } from '../../starting/certificates.js';
import { workspaceRoot } from '../../workspace.js';
import { type CallExample, installPackage } from './installed-package.js';

const run = promisify(execFile);
const AUTH_JWT_SECRET = 'a secret of the examples, long enough';
const PASSPHRASE = 'a passphrase of the examples';
const FROM_ADDRESS = 'e-invoice@billing-mail.example';
/** The tests do not provide PHP. Where it is missing, only the texts of its example are compared with those of another. */
const PHP = findProgram('php') === null ? [] : [['php', 'send_invoice.php', 'inv-2026-0047']];

let folder: string;
let redis: TestRedis;
let call: CallExample;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'billing-mail-examples-'));
  writeFileSync(join(folder, 'invoice.pdf'), '%PDF-1.4 an invoice');
  redis = await startTestRedis();
  call = await installPackage(join(folder, 'project'));
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('publishing an invoice from TypeScript, with the package installed into an empty project', () => {
  it.each(['import', 'require'] as const)('puts a job into the queue that the dispatcher takes: %s', async (by) => {
    await redis.flush();
    await call(by, 'publish-invoice', [redis.url, join(folder, 'invoice.pdf')]);
    const queue = new Queue(DISPATCH_QUEUE, redis.url, { prefix: QUEUE_PREFIX });
    const jobs = await queue.getWaiting();
    await queue.close();
    expect(jobs.map(({ name }) => name)).toEqual(['send']);
    const { attachments, key } = dispatchJobSchema().parse(jobs[0]?.data);
    expect({ key, content: attachments[0] }).toMatchObject({
      key: 'inv-2026-0042',
      content: { content: Buffer.from('%PDF-1.4 an invoice').toString('base64') },
    });
  });
});

describe('sending an invoice by HTTP', () => {
  let database: TestDatabase;
  let dispatcher: ServerProcess;
  let url: string;
  beforeAll(async () => {
    database = await startTestDatabase();
    await redis.flush();
    const port = await findFreePort(0);
    url = `http://127.0.0.1:${port}`;
    const { p12File } = provideCertificates(join(folder, 'certificates'), FROM_ADDRESS, PASSPHRASE);
    const env = {
      PATH: process.env['PATH'],
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      AUTH_JWT_SECRET,
      SECRET_KEYS: `test:${Buffer.alloc(32, 1).toString('base64')}`,
      PLATFORM_SMTP_URL: 'smtp://127.0.0.1:9',
      PLATFORM_FROM_ADDRESS: FROM_ADDRESS,
      SMIME_P12_FILE: p12File,
      SMIME_P12_PASSPHRASE: PASSPHRASE,
      DOCUMENT_STORE_URL: `file:${join(folder, 'documents')}`,
      RESULT_JOURNAL_DIR: join(folder, 'result-journal'),
      MAIL_DISPATCHER_PORT: String(port),
    };
    await migrateSchemas(env);
    dispatcher = await startServerProcess({
      command: process.execPath,
      args: [join(workspaceRoot, 'apps', 'mail-dispatcher', 'dist', 'main.js')],
      env,
      ready: async () => (await fetch(`${url}/health/ready`).catch(() => null))?.ok === true,
      readyWithinMs: 60_000,
      deathSignal: 'KILL',
    });
  });
  afterAll(async () => {
    await dispatcher.end('SIGKILL');
    await database.stop();
  });

  it.each([
    ['sh', 'send-invoice.sh', 'inv-2026-0043'],
    ['sh', 'upload-invoice.sh', 'inv-2026-0044'],
    ['python3', 'send_invoice.py', 'inv-2026-0046'],
    ...PHP,
  ])('is answered with the delivery, and with the same when it is sent again: %s %s', async (program, file, key) => {
    const { service } = await issueTokens(AUTH_JWT_SECRET);
    const send = async () => {
      const script = join(__dirname, file);
      const env = { PATH: process.env['PATH'], MAIL_DISPATCHER: url, TOKEN: service };
      return deliveryView.parse(JSON.parse((await run(findProgram(program) ?? program, [script], { cwd: folder, env })).stdout));
    };
    const first = await send();
    expect(first).toMatchObject({ teamId: 'acme', key, recipients: [{ address: 'payables@customer.example' }] });
    expect((await send()).id).toBe(first.id);
  });

  it('is the same in PHP as in Python, but for the number', () => {
    const deliveryOf = (file: string): string[] => {
      const texts = [...readFileSync(join(__dirname, file), 'utf8').matchAll(/"([^"]*)"/g)].map(([, text = '']) => text);
      return texts.slice(texts.indexOf('requestedBy'), texts.indexOf('content') + 1).map((text) => text.replace(/2026-00\d\d/, 'N'));
    };
    expect(deliveryOf('send_invoice.php')).toHaveLength(29);
    expect(deliveryOf('send_invoice.php')).toEqual(deliveryOf('send_invoice.py'));
  });

  it('is answered with the id of the delivery by the client of the package, by import as by require', async () => {
    const { service } = await issueTokens(AUTH_JWT_SECRET);
    const send = (by: 'import' | 'require') => call(by, 'send-invoice', [url, service, join(folder, 'invoice.pdf')]);
    const id = await send('import');
    expect(id).toEqual(expect.stringMatching(/^[0-9a-f-]{36}$/));
    expect(await send('require')).toBe(id);
  });
});
