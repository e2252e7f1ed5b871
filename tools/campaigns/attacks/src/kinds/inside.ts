// Servers inside our network, in every spelling, and what the connection test reveals about names.
import { type ServiceProcess } from '@billing-mail/tools/stage';
import { type Attack, type Attempt, type Kind } from '../attack.js';
import { type Answer } from '../site.js';

/** Loopback, private, shared, link-local and metadata service addresses, and IPv6 addresses that embed one of them. */
const ADDRESSES = [
  ...[
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '１２７.０.０.１',
    'localhost',
    'LOCALHOST.',
  ],
  ...[
    '10.0.0.1',
    '167772161',
    '0xa.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '100.100.100.200',
    '169.254.169.254',
    '168.63.129.16',
  ],
  ...['0.0.0.0', '0', '255.255.255.255', '224.0.0.1', '::', '::1', '[::1]', '::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', 'fe80::1'],
  ...['fd00:ec2::254', 'fc00::1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::', 'ff02::1'],
];

type TestAnswer = { ok: boolean; steps: { step: string; ok: boolean }[] };

/** Tests a server for a team of its own, so that no rate limit of a team interferes. */
function testServer(attempt: Attempt, strict: ServiceProcess, team: string, host: string, port = 587): Promise<Answer> {
  const smtp = { host, port, security: 'none', auth: { type: 'none' }, fromAddress: 'billing@acme.example' };
  return attempt.site.ask(strict, `/v1/teams/${team}/email-delivery/smtp/test`, { as: 'service', method: 'POST', body: { smtp } });
}

/** Runs settings-api as in production: only public networks are allowed. */
const strictly = (run: (attempt: Attempt, strict: ServiceProcess) => Promise<string>) => (attempt: Attempt) =>
  attempt.site.beside('settings-api', { SMTP_ALLOWED_NETWORKS: undefined, SMTP_ALLOWED_PORTS: undefined }, (strict) =>
    run(attempt, strict),
  );

/** Returns the end of the test: the status if the input was refused, otherwise the step at which it ended. */
function endOf({ status, text }: Answer): string {
  if (status !== 200) return String(status);
  const { ok, steps } = JSON.parse(text) as TestAnswer;
  return ok ? 'ok' : (steps.at(-1)?.step ?? 'nothing');
}

const spellings: Attack = {
  name: 'spellings',
  tries: `tests of servers at ${ADDRESSES.length} spellings of addresses that are not public`,
  expects: '422, or an end at the policy or the name: no connection',
  run: strictly(async (attempt, strict) => {
    const ends = await Promise.all(
      ADDRESSES.map(async (host, index) => {
        const end = endOf(await testServer(attempt, strict, `inside-${index}`, host));
        attempt.expect(['422', 'policy', 'dns'].includes(end), `${host}: ${end}`);
        return end;
      }),
    );
    return ['422', 'policy', 'dns'].map((end) => `${ends.filter((each) => each === end).length} × ${end}`).join(', ');
  }),
};

const ports: Attack = {
  name: 'ports',
  tries: 'tests of servers at the ports of Redis, PostgreSQL, SSH and HTTP',
  expects: 'an end at the policy',
  run: strictly(async (attempt, strict) => {
    const ends = await Promise.all(
      [22, 80, 443, 5432, 6379].map(async (port) => {
        const end = endOf(await testServer(attempt, strict, `port-${port}`, '192.0.2.1', port));
        attempt.expect(end === 'policy', `${port}: ${end}`);
        return end;
      }),
    );
    return `${ends.length} × ${[...new Set(ends)].join(', ')}`;
  }),
};

const names: Attack = {
  name: 'unknown-or-inside',
  tries: 'tests of a name that does not exist and of one that leads inside',
  expects: 'the same answer, word for word',
  run: strictly(async (attempt, strict) => {
    const [unknown, inside] = await Promise.all(
      ['no-such-host.invalid', 'localhost'].map((host, index) => testServer(attempt, strict, `names-${index}`, host)),
    );
    attempt.expect(unknown?.text === inside?.text, `${unknown?.text} and ${inside?.text}`);
    return `both: ${unknown?.text.slice(0, 90)}`;
  }),
};

export const inside: Kind = { name: 'inside', attacks: [spellings, ports, names] };
