// What costs us or others something may be done only so often, whichever instance gets the request.
import { type ServiceName } from '@billing-mail/tools/starting/services';
import { ACCOUNT } from '@billing-mail/tools/stage';
import { type Attack, type Attempt, countStatuses, inGroups, type Kind } from '../attack.js';
import { TEAM } from '../callers.js';
import { type Answer } from '../site.js';
import { openUnreadStream } from '../streams.js';

/** How many more requests are sent than are allowed. */
const TOO_MANY = 20;
const AT_ONCE = 10;
const TOGETHER = 'together they take what one allows; the others get 429 with Retry-After, by both';

type Costly = { service: ServiceName; method?: 'POST'; path: string };

/** Returns how many requests a service allows by this limit of `RATE_LIMITS`, from its response. */
const allowedBy = (limit: string, { headers }: Answer): number =>
  Number(new RegExp(`"${limit}";q=(\\d+);`).exec(headers.get('ratelimit-policy') ?? '')?.[1]);

/** Checks that `allowed` requests were accepted and that both instances refused all others with the time to wait. */
function expectRefusals(attempt: Attempt, answers: readonly Pick<Answer, 'status' | 'headers'>[], allowed: number): string {
  const refused = answers.map(({ status }) => status === 429);
  attempt.expect(refused.filter((isRefused) => !isRefused).length === allowed, `${countStatuses(answers)} where ${allowed} are allowed`);
  for (const instance of [0, 1])
    attempt.expect(
      refused.some((isRefused, index) => isRefused && index % 2 === instance),
      `instance ${instance + 1} refused nothing`,
    );
  for (const { status, headers } of answers)
    attempt.expect(status !== 429 || (Number(headers.get('retry-after')) > 0 && headers.has('ratelimit')), 'a 429 without Retry-After');
  return `${countStatuses(answers)}; allowed: ${allowed}`;
}

const tooOften = (name: string, what: string, limit: string, { service, method, path }: Costly): Attack => ({
  name,
  tries: `${what}: ${TOO_MANY} more than are allowed, at two instances in turn`,
  expects: TOGETHER,
  run: async (attempt) => {
    const { site } = attempt;
    const asker = async (team: string) => {
      const as = await site.tokenWith({ sub: team, teams: { [team]: 'admin' } });
      const question = { as, ...(method === undefined ? {} : { method, body: {} }) };
      return (instance: Parameters<typeof site.ask>[0]) => site.ask(instance, path.replace('{teamId}', team), question);
    };
    const allowed = allowedBy(limit, await (await asker(`${name}-once`))(service));
    // The window is long enough not to end while a busy machine still sends requests; it begins with the first one.
    return site.beside(service, { RATE_LIMITS: `${limit}=${allowed}/1h` }, async (apart) => {
      const ask = await asker(`${name}-often`);
      const first = await ask(apart);
      const more = await inGroups(allowed + TOO_MANY - 1, AT_ONCE, (index) => ask(index % 2 === 0 ? service : apart));
      return expectRefusals(attempt, [first, ...more], allowed);
    });
  },
});

/** Set in `RATE_LIMITS` below, because a service states this limit only when it refuses. */
const TESTS_OF_A_HOST = 60;
const HOSTS_AT_ONCE = 5;
const ofAHost: Attack = {
  name: 'tests-of-a-host',
  tries: `tests of one server, each by another team: ${TOO_MANY} more than are allowed, at two instances in turn`,
  expects: TOGETHER,
  run: async (attempt) => {
    const { site } = attempt;
    // Nothing listens there, so a test ends at once.
    const smtp = { host: '127.0.0.9', port: site.stage.customServers[0]?.port, security: 'none', auth: { type: 'none' } };
    const body = { smtp: { ...smtp, fromAddress: 'billing@acme.example' } };
    return site.beside('settings-api', { RATE_LIMITS: `smtp-test-host=${TESTS_OF_A_HOST}/1h` }, async (apart) => {
      const test = (index: number): Promise<Answer> =>
        site.ask(index % 2 === 0 ? apart : 'settings-api', `/v1/teams/host-${index}/email-delivery/smtp/test`, {
          ...{ as: 'service', method: 'POST', body },
        });
      const first = await test(0);
      const more = await inGroups(TESTS_OF_A_HOST + TOO_MANY - 1, HOSTS_AT_ONCE, (index) => test(index + 1));
      return expectRefusals(attempt, [first, ...more], TESTS_OF_A_HOST);
    });
  },
};

const SLIPS = 3;
/** Sets the limits on the number of tests so high that they do not interfere with this attack. */
const TESTS_AT_WILL = { RATE_LIMITS: 'smtp-test=10000/1h,smtp-test-host=10000/1h' };
const signIns: Attack = {
  name: 'failed-sign-ins',
  tries: 'wrong passwords for a mail server, one after the other, at two instances in turn',
  expects: `after ${SLIPS + 1} the next gets 429 with Retry-After; after another failure it is longer`,
  run: (attempt) =>
    attempt.site.beside('settings-api', TESTS_AT_WILL, (one) =>
      attempt.site.beside('settings-api', TESTS_AT_WILL, async (other) => {
        const { site } = attempt;
        const server = site.stage.takeServer();
        server.behave({ auth: '535 5.7.8 no' });
        const smtp = { host: '127.0.0.1', port: server.port, security: 'starttls', fromAddress: 'billing@acme.example' };
        const auth = { type: 'password', username: ACCOUNT.username, password: 'guessed' };
        let guesses = 0;
        const guess = (): Promise<Answer> =>
          site.ask((guesses += 1) % 2 === 0 ? one : other, '/v1/teams/guessing/email-delivery/smtp/test', {
            ...{ as: 'service', method: 'POST', body: { smtp: { ...smtp, auth } } },
          });
        for (let count = 0; count <= SLIPS; count += 1) attempt.expectAnswer(`guess ${count + 1}`, await guess(), [200]);
        const waits: number[] = [];
        for (const at of ['the next', 'the one after another failure']) {
          // On a slow machine the waiting time may be over between two guesses: then the next waiting time is longer.
          let refused = await guess();
          for (let more = 0; refused.status === 200 && more < 5; more += 1) refused = await guess();
          attempt.expect(
            refused.status === 429 && refused.headers.get('ratelimit-policy')?.startsWith('"failed-sign-in"') === true,
            `${at}: ${refused.status} ${refused.text}`,
          );
          waits.push(Number(refused.headers.get('retry-after')));
          if (waits.length === 1) await attempt.awaits('a further guess', async () => (await guess()).status === 200);
        }
        const [first = 0, second = 0] = waits;
        attempt.expect(first > 0 && second > first, `Retry-After ${waits.join(', then ')}`);
        return `Retry-After ${waits.join(' s, then ')} s`;
      }),
    ),
};

/** Two names that every machine has for the same address. */
const ALIASES = ['127.0.0.1', 'localhost'] as const;
const byAliases: Attack = {
  name: 'sign-ins-by-aliases',
  tries: `wrong passwords for one mail server, by ${ALIASES.join(' and ')} in turn`,
  expects: `after ${SLIPS + 1} the next gets 429 with Retry-After, by each of the names`,
  run: (attempt) =>
    attempt.site.beside('settings-api', { ...TESTS_AT_WILL, SMTP_ALLOWED_NETWORKS: '127.0.0.0/8,::1/128' }, async (apart) => {
      const { site } = attempt;
      const server = site.stage.takeServer();
      server.behave({ auth: '535 5.7.8 no' });
      const smtp = { port: server.port, security: 'starttls', fromAddress: 'billing@acme.example' };
      const auth = { type: 'password', username: ACCOUNT.username, password: 'guessed' };
      const guess = (host: string | undefined): Promise<Answer> =>
        site.ask(apart, '/v1/teams/guessing-by-aliases/email-delivery/smtp/test', {
          ...{ as: 'service', method: 'POST', body: { smtp: { ...smtp, host, auth } } },
        });
      for (let count = 0; count <= SLIPS; count += 1) attempt.expectAnswer(`guess ${count + 1}`, await guess(ALIASES[count % 2]), [200]);
      const waits: string[] = [];
      for (const host of ALIASES) {
        // On a slow machine the waiting time may be over between two guesses: then the next waiting time is longer.
        let refused = await guess(host);
        for (let more = 0; refused.status === 200 && more < 5; more += 1) refused = await guess(host);
        attempt.expectAnswer(`the next by ${host}`, refused, [429]);
        waits.push(`${refused.headers.get('retry-after')} s by ${host}`);
      }
      return `Retry-After ${waits.join(', ')}`;
    }),
};

const STREAMS = 20;
const streams: Attack = {
  name: 'streams',
  tries: `open streams of events of one user: ${TOO_MANY} more than are allowed, at two instances in turn`,
  expects: TOGETHER,
  run: (attempt) =>
    attempt.site.beside('notification-service', {}, async (apart) => {
      const { authorization } = await attempt.site.tokenWith({ sub: 'streams-often', teams: { [TEAM]: 'member' } });
      const urls = [apart.url, attempt.site.services['notification-service'].url];
      const opened = await inGroups(STREAMS + TOO_MANY, AT_ONCE, (index) => openUnreadStream(urls[index % 2] ?? '', authorization));
      try {
        return expectRefusals(attempt, opened, STREAMS);
      } finally {
        for (const stream of opened) stream.close();
      }
    }),
};

const DELIVERIES = '/v1/teams/{teamId}/deliveries';
const dispatcher = (below: string): Costly => ({ service: 'mail-dispatcher', path: `${DELIVERIES}${below}` });

export const limits: Kind = {
  name: 'limits',
  attacks: [
    tooOften('tests-of-a-server', 'tests of a mail server of one team', 'smtp-test', {
      ...{ service: 'settings-api', method: 'POST', path: '/v1/teams/{teamId}/email-delivery/smtp/test' },
    }),
    ofAHost,
    signIns,
    byAliases,
    tooOften('searches', 'searches of one user', 'searches', dispatcher('?search=invoice')),
    tooOften('statistics', 'statistics of one user', 'statistics', dispatcher('/statistics')),
    tooOften('exports', 'pages of the log, of which an export is made, of one user', 'lists', dispatcher('?limit=1')),
    tooOften('files', 'reports of a run as a file of one user', 'statistics', dispatcher('/report/csv')),
    streams,
  ],
};
