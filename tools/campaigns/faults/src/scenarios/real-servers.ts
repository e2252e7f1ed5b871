// Real Postfix and Exim servers: their limits, greylisting, address verification, TLS and size limits, and
// whether a signature survives them.
import {
  type EximSettings,
  type LineService,
  offeringTls,
  type Ports,
  type PostfixSettings,
  type RealServer,
  startExim,
  startGreylist,
  startPostfix,
  startSignIn,
  verifyWithGpgsm,
  verifyWithOpenssl,
} from '@billing-mail/testkit';
import { pause, type Play, type Scenario, seconds } from '../scenario.js';
import { type MailServer } from '@billing-mail/tools/stage';

type Start = (ports: Ports) => Promise<RealServer>;

/** Many times the number of messages that a limit of five lets through at once. */
const MANY = 120;
/** The limit alone accounts for 24 seconds, and two dispatchers have to learn it. */
const LIMITED_WITHIN_MS = 600_000;

const RATE_A_SECOND: PostfixSettings = { anvil_rate_time_unit: '1s', anvil_status_update_time: '60s' };

/** Replaces one of the stage's servers by a real one, which relays to another server of the stage that keeps a ledger. */
async function inPlaceOf(play: Play, front: MailServer, start: Start, act: (behind: MailServer) => Promise<string>): Promise<string> {
  const behind = play.stage.takeServer();
  behind.behave({ security: 'none', accounts: undefined });
  await front.goAway();
  const server = await start({ port: front.port, behind: behind.port });
  try {
    return await act(behind);
  } finally {
    await server.stop();
  }
}

/** Waits until the real server, which queues mail first, has relayed it. */
const untilHandedOn = (play: Play, behind: MailServer, messages: number): Promise<void> =>
  play.awaits('handed on', () => behind.messages.length >= messages, 60_000);

const limited = (name: string, injects: string, start: Start, security: 'none' | 'starttls'): Scenario => ({
  name,
  injects: `${injects}; ${MANY} invoices`,
  expects: `${MANY} sent, each by its first try`,
  run: async (play) => {
    const front = play.stage.takeServer();
    return inPlaceOf(play, front, start, async (behind) => {
      const teamId = await play.team({ server: front, security });
      await play.publishMany(teamId, MANY);
      const ms = await play.untilSettled(LIMITED_WITHIN_MS);
      await untilHandedOn(play, behind, MANY);
      const deliveries = await play.deliveries();
      const sent = deliveries.filter(({ status }) => status === 'sent').length;
      play.expect(sent === MANY, `${sent} of ${MANY} sent`);
      const spent = await play.stage.database.rows<{ why: string }>(
        `SELECT count(*) || ' × ' || coalesce(t.reply, t.reason, t.stage, '?') AS why
         FROM dispatch.deliveries d JOIN dispatch.attempts t ON t.delivery_id = d.id AND t.outcome <> 'accepted'
         WHERE d.team_id = $1 AND d.custom_tries <> 1 GROUP BY t.reply, t.reason, t.stage`,
        [teamId],
      );
      play.expect(spent.length === 0, `some spent more than one try: ${spent.map(({ why }) => why).join(', ')}`);
      return `${sent} sent in ${seconds(ms)}`;
    });
  },
});

const postfix =
  (settings: PostfixSettings): Start =>
  (ports) =>
    startPostfix(ports, () => ({ ...RATE_A_SECOND, ...settings }));
const exim =
  (settings: EximSettings): Start =>
  (ports) =>
    startExim(ports, settings);

/** Returns a Postfix that authenticates everybody, over TLS. */
const postfixWithSignIn =
  (settings: PostfixSettings): Start =>
  async (ports) => {
    const signIn = await startSignIn();
    const server = await startPostfix(ports, (folder) => ({
      ...offeringTls(folder),
      ...{ smtpd_sasl_auth_enable: 'yes', smtpd_sasl_type: 'dovecot', smtpd_sasl_path: `inet:127.0.0.1:${signIn.port}` },
      ...settings,
    }));
    return stoppingAlso(server, signIn);
  };

const stoppingAlso = (server: RealServer, service: LineService): RealServer => ({
  async stop() {
    await server.stop();
    service.close();
  },
});

const limits: readonly Scenario[] = [
  limited('postfix-connections', 'Postfix takes 5 connections a second', postfix({ smtpd_client_connection_rate_limit: '5' }), 'none'),
  limited('postfix-messages', 'Postfix takes 5 messages a second', postfix({ smtpd_client_message_rate_limit: '5' }), 'none'),
  limited('postfix-recipients', 'Postfix takes 10 recipients a second', postfix({ smtpd_client_recipient_rate_limit: '10' }), 'none'),
  limited(
    'postfix-sign-ins',
    'Postfix takes 5 sign-ins a second',
    postfixWithSignIn({ ...RATE_A_SECOND, smtpd_client_auth_rate_limit: '5' }),
    'starttls',
  ),
  limited('postfix-at-a-time', 'Postfix takes 2 connections at a time', postfix({ smtpd_client_connection_count_limit: '2' }), 'none'),
  limited(
    'exim-messages',
    'Exim takes 5 messages a second and says 451',
    exim({
      atMail: ['defer ratelimit = 5 / 1s / per_mail', '      message = Sender rate overlimit - $sender_rate / $sender_rate_period'],
    }),
    'none',
  ),
  limited(
    'exim-denies',
    'Exim takes 5 messages a second and says 550',
    exim({ atMail: ['deny ratelimit = 5 / 1s / per_mail', '     message = Sender rate overlimit - $sender_rate / $sender_rate_period'] }),
    'none',
  ),
  limited(
    'exim-sign-ins',
    'Exim takes 5 sign-ins a second',
    exim({ atAuth: ['defer ratelimit = 5 / 1s / per_cmd', '      message = Too many sign-ins: rate limit exceeded'] }),
    'starttls',
  ),
  limited('exim-at-a-time', 'Exim takes 2 connections at a time', exim({ options: ['smtp_accept_max_per_host = 2'] }), 'none'),
];

/** No try failed. */
const NOTHING = '';

type Explained = {
  name: string;
  injects: string;
  status: 'sent' | 'failed';
  tries: readonly number[];
  /** The reason that the log gives for each failed try. */
  reason: string;
  start: Start;
  security?: 'starttls';
  bytes?: number;
  /** The shortest time to the last try. */
  notBeforeMs?: number;
};

const explained = ({ name, injects, status, tries, reason, start, security, bytes, notBeforeMs = 0 }: Explained): Scenario => ({
  name,
  injects,
  expects:
    reason === NOTHING ? `${status} by the first try` : `${status} after ${tries.join(' or ')} tries, each that failed told as ${reason}`,
  run: async (play) => {
    const front = play.stage.takeServer();
    return inPlaceOf(play, front, start, async (behind) => {
      const teamId = await play.team({ server: front, security: security ?? 'none' });
      await play.publish(teamId, { bytes });
      const ms = await play.untilSettled(120_000);
      if (status === 'sent') await untilHandedOn(play, behind, 1);
      const [delivery] = await play.deliveries();
      play.expect(delivery?.status === status, `is ${delivery?.status}`);
      play.expect(tries.includes(delivery?.attempts.length ?? 0), `${delivery?.attempts.length} tries`);
      play.expect(ms >= notBeforeMs, `tried again after ${seconds(ms)}`);
      const reasons = await reasonsOf(play, teamId);
      play.expect(reasons.length > 0 === (reason !== NOTHING) && reasons.every((each) => each === reason), `told as ${reasons.join(', ')}`);
      return `${delivery?.status}; ${reasons.join(', ')}; ${seconds(ms)}`;
    });
  },
});

/** A server that also delivers to the addresses in the header fields does so once per transaction. */
const allInOne: Scenario = {
  name: 'all-roles',
  injects: 'an invoice to two, with copies to one in Cc and one in Bcc',
  expects: 'sent to all four in one transaction',
  run: async (play) => {
    const front = play.stage.takeServer();
    return inPlaceOf(
      play,
      front,
      (ports) => startPostfix(ports, () => ({})),
      async (behind) => {
        const teamId = await play.team({ server: front, security: 'none' });
        await play.publish(teamId, { cc: [{ address: 'cc@customer.example' }], bcc: [{ address: 'bcc@customer.example' }] });
        await play.untilSettled();
        await untilHandedOn(play, behind, 1);
        const people = behind.messages.map(({ recipients }) => recipients.length);
        play.expect(people.length === 1 && people[0] === 4, `transactions to ${people.join(', ')} people`);
        return `one transaction to ${people[0]} people`;
      },
    );
  },
};

async function reasonsOf({ stage }: Play, teamId: string): Promise<string[]> {
  const rows = await stage.database.rows<{ reason: string }>(
    `SELECT a.reason FROM dispatch.attempts a JOIN dispatch.deliveries d ON d.id = a.delivery_id
     WHERE d.team_id = $1 AND a.outcome <> 'accepted' ORDER BY a.number`,
    [teamId],
  );
  return rows.map(({ reason }) => reason);
}

const greylisting =
  (words: string, forMs: number): Start =>
  async (ports) => {
    const greylist = await startGreylist(words, forMs);
    const server = await startPostfix(ports, () => ({
      smtpd_recipient_restrictions: `check_policy_service inet:127.0.0.1:${greylist.port}, permit_mynetworks, reject`,
    }));
    return stoppingAlso(server, greylist);
  };

const words: readonly Scenario[] = [
  explained({
    name: 'greylisted',
    injects: 'Postfix asks a greylist, which says "Greylisted for 30 seconds"; the usual wait is 5 seconds',
    ...{ status: 'sent', tries: [2], reason: 'asked_to_come_back', notBeforeMs: 30_000 },
    start: greylisting('Greylisted for 30 seconds', 30_000),
  }),
  explained({
    name: 'greylisted-without-a-time',
    injects: 'Postfix asks a greylist, which names no time',
    ...{ status: 'sent', tries: [2], reason: 'asked_to_come_back' },
    start: greylisting('Greylisted, see http://postgrey.schweikert.ch/help/customer.example.html', 3000),
  }),
  explained({
    name: 'address-verified',
    injects: 'Postfix asks the next server about each address before it takes it (450 4.1.1)',
    ...{ status: 'sent', tries: [2], reason: 'asked_to_come_back' },
    start: (ports) =>
      startPostfix(ports, () => ({
        smtpd_recipient_restrictions: 'reject_unverified_recipient, permit_mynetworks, reject',
        address_verify_poll_count: '1',
        address_verify_poll_delay: '1s',
      })),
  }),
  explained({
    name: 'bare-name',
    injects:
      'our configured name is a single label; Postfix refuses whoever introduces itself by neither a fully qualified name nor an address',
    ...{ status: 'sent', tries: [1], reason: NOTHING },
    start: (ports) =>
      startPostfix(ports, () => ({
        ...{ smtpd_helo_required: 'yes', smtpd_delay_reject: 'no' },
        smtpd_helo_restrictions: 'reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname',
      })),
  }),
  explained({
    name: 'client-certificate',
    injects: 'Postfix takes only clients with a certificate (421 4.7.1)',
    ...{ status: 'failed', tries: [3], reason: 'smtp_client_certificate_wanted', security: 'starttls' },
    start: (ports) =>
      startPostfix(ports, (folder) => ({ ...offeringTls(folder), smtpd_tls_security_level: 'encrypt', smtpd_tls_req_ccert: 'yes' })),
  }),
  explained({
    name: 'tls-unavailable',
    injects: 'Postfix offers STARTTLS and can not (454)',
    ...{ status: 'failed', tries: [3], reason: 'smtp_tls_unavailable', security: 'starttls' },
    start: (ports) => startPostfix(ports, () => ({ smtpd_tls_security_level: 'may', smtpd_tls_cert_file: '/nonexistent' })),
  }),
  explained({
    name: 'size',
    injects: 'Postfix takes 20,000 bytes at most and says so, an invoice of 40,000',
    ...{ status: 'failed', tries: [3], reason: 'message_too_large', bytes: 40_000 },
    start: (ports) => startPostfix(ports, () => ({ message_size_limit: '20000' })),
  }),
];

const signed = (name: string, injects: string, start: Start): Scenario => ({
  name,
  injects,
  expects: 'sent, and what comes out behind it is signed as it was',
  run: async (play) => {
    const { platform, signerCaPem, platformFrom } = play.stage;
    try {
      return await inPlaceOf(play, platform, start, async (behind) => {
        const teamId = await play.team();
        await play.publish(teamId, { text: 'Grüße aus Köln.\n\nFrom here on,\n.\ntrailing blanks:   \n' });
        await play.untilSettled();
        await untilHandedOn(play, behind, 1);
        const raw = behind.messages[0]?.raw ?? Buffer.alloc(0);
        const verdicts = [
          await verifyWithOpenssl(raw, { caPem: signerCaPem, from: platformFrom }),
          await verifyWithGpgsm(raw, { caPem: signerCaPem }),
        ];
        play.expect(
          verdicts.every(({ ok }) => ok),
          'a verifier refuses the signature',
        );
        play.expect(raw.subarray(0, 400).includes('Received:'), 'it did not come through the server');
        return `${verdicts.length} verifiers pass it`;
      });
    } finally {
      // Its port is free as soon as the kept connections are gone.
      await pause(200);
      await platform.comeBack();
    }
  },
});

const signatures: readonly Scenario[] = [
  signed('signature-through-postfix', 'the platform is a Postfix', postfixWithSignIn({})),
  signed('signature-through-exim', 'the platform is an Exim', exim({})),
];

/** For a stage of their own whose connections carry one message each, so that connection limits are reached. */
export const serverLimits = limits;
export const realServers: readonly Scenario[] = [...words, allInOne, ...signatures];
