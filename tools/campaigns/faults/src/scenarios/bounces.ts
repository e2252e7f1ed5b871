// A mail server delivers a bounce report on a document that it had taken: when a dispatcher dies at its end of data, while
// PostgreSQL is away, and twice.
import { findFreePort } from '@billing-mail/testkit';
import { openSession } from '@billing-mail/smtp-client';
import { CLERK } from '@billing-mail/tools/stage';
import { pause, type Play, type Scenario } from '../scenario.js';

export const BOUNCE_DOMAIN = 'bounce.platform.example';

/** How long a server waits before it delivers again what was not accepted; real servers wait hours. */
const AGAIN_MS = 200;

const lines = (...text: string[]): Buffer => Buffer.from([...text, ''].join('\r\n'));

/** A delivery status notification (RFC 3464) in Postfix's format. */
const reportOn = (address: string): Buffer =>
  lines(
    ...['From: MAILER-DAEMON@mx.test', 'Subject: Undelivered Mail Returned to Sender', 'Auto-Submitted: auto-replied', 'MIME-Version: 1.0'],
    ...[
      'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
      '',
      '--b1',
      'Content-Type: message/delivery-status',
      '',
    ],
    ...['Reporting-MTA: dns; mx.test', '', `Final-Recipient: rfc822; ${address}`, 'Action: failed', 'Status: 5.1.1'],
    ...['Diagnostic-Code: smtp; 550 5.1.1 no such user', '', '--b1--'],
  );

/** A document to two people that the platform's server took. That server now delivers a report on the second recipient. */
class Returned {
  private constructor(
    private readonly play: Play,
    readonly key: string,
    private readonly port: number,
    private readonly returnPath: string,
  ) {}

  static async of(play: Play): Promise<Returned> {
    const { stage } = play;
    const [dispatcher] = stage.dispatchers;
    if (dispatcher === undefined) throw new Error('The stage has no dispatcher.');
    dispatcher.options.env['BOUNCE_SMTP_PORT'] ??= String(await findFreePort(0));
    const port = Number(dispatcher.options.env['BOUNCE_SMTP_PORT']);
    await dispatcher.stop();
    await dispatcher.start();
    stage.platform.behave();
    const key = await play.publish(await play.team());
    await play.untilSettled();
    return new Returned(play, key, port, stage.platform.messages[0]?.from ?? '');
  }

  get address(): string {
    return `b.${this.key}@customer.example`;
  }

  /** Delivers the report once. Resolves with the reply code, or with null if there was none. */
  async bring(): Promise<number | null> {
    const opened = await openSession(
      { host: '127.0.0.1', port: this.port, security: 'none', auth: { type: 'none' }, trusted: true },
      {
        policy: { allowedNetworks: [], allowedPorts: [] },
        timeouts: { connectMs: 50_000, replyMs: 50_000, finalReplyMs: 50_000 },
        clientName: 'mx.test',
      },
    );
    if (!opened.ok) return opened.fact.kind === 'reply' ? opened.fact.code : null;
    const body = reportOn(this.address);
    const message = { from: '', recipients: [this.returnPath], size: body.length, body };
    const sent = await opened.session.send({ ...message, beforeEndOfData: () => Promise.resolve('release') });
    await opened.session.close();
    if (sent.outcome === 'accepted') return sent.code;
    return sent.outcome === 'failed' && sent.fact.kind === 'reply' ? sent.fact.code : null;
  }

  /** Delivers the report as a mail server does, again and again until it is accepted. */
  async bringUntilTaken(): Promise<void> {
    await this.play.awaits('the report is taken', async () => {
      const isTaken = (await this.bring()) === 250;
      if (!isTaken) await pause(AGAIN_MS);
      return isTaken;
    });
  }

  async recorded(): Promise<number> {
    const { count } = await this.play.stage.database.one<{ count: number }>(
      `SELECT count(*)::int AS count FROM dispatch.reports r JOIN dispatch.deliveries d ON d.id = r.delivery_id WHERE d.key = $1`,
      [this.key],
    );
    return count;
  }

  /** Compares the result with what is required: one recipient bounced, the other unchanged, told once in the inbox and once by e-mail. */
  async outcome(): Promise<string> {
    const { play } = this;
    const alerts = () =>
      play.stage.database.rows<{ type: string; count: number; emails: number }>(
        `SELECT n.type, n.count, (SELECT count(*)::int FROM notify.email_outbox o WHERE o.notification_id = n.id AND o.status = 'sent') AS emails
         FROM notify.notifications n JOIN dispatch.deliveries d ON d.team_id = n.team_id WHERE d.key = $1 AND n.user_id = $2`,
        [this.key, CLERK],
      );
    await play.awaits('told by e-mail', async () => (await alerts()).some(({ emails }) => emails > 0));
    // Time in which a second notification might be sent.
    await play.untilSettled();
    const told = (await alerts()).map(({ type, count, emails }) => `${type} × ${count} with ${emails} e-mails`).join(', ');
    const delivery = await play.delivery(this.key);
    const recipients = delivery?.recipients.map(({ status }) => status).join(' and ');
    const recorded = await this.recorded();
    play.expect(delivery?.status === 'partly_sent', `is ${delivery?.status}`);
    play.expect(recipients === 'accepted and bounced', `recipients ${recipients}`);
    play.expect(recorded === 1, `${recorded} reports recorded`);
    play.expect(told === 'delivery_bounced × 1 with 1 e-mails', `told ${told}`);
    return `${recipients}; told ${told}`;
  }
}

const EXPECTS = 'the recipient bounced, told once in the inbox and by e-mail';

const killedBeforeCommit: Scenario = {
  name: 'killed-before-commit',
  injects: 'kill -9 of the dispatcher that has all of a report and has not committed it; the server brings it again',
  expects: `no 250 before it is recorded; then ${EXPECTS}`,
  run: async (play) => {
    const { database, dispatchers } = play.stage;
    const returned = await Returned.of(play);
    const lock = await database.lockTable('dispatch.reports', 'SHARE');
    const first = returned.bring();
    await play.awaits('at the commit', async () => (await database.lockWaitersOf('INSERT INTO dispatch.reports')) > 0);
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.kill()));
    const answer = await first;
    play.expect(answer === null, `answered ${answer}`);
    await lock.release();
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.start()));
    play.expect((await returned.recorded()) === 0, 'recorded by a process that was dead');
    await returned.bringUntilTaken();
    return returned.outcome();
  },
};

const postgresAway: Scenario = {
  name: 'postgres-away',
  injects: 'a report comes while PostgreSQL is away, and again until it is taken',
  expects: `answered by 4xx meanwhile; then ${EXPECTS}`,
  run: async (play) => {
    const { postgres } = play.stage;
    const returned = await Returned.of(play);
    await postgres.halt('immediate');
    const answer = await returned.bring();
    await postgres.start();
    play.expect(answer !== null && answer >= 400 && answer < 500, `answered ${answer}`);
    await returned.bringUntilTaken();
    return `${answer} while it was away; ${await returned.outcome()}`;
  },
};

const twice: Scenario = {
  name: 'twice',
  injects: 'the same report four times at once, and once more after a restart',
  expects: `each taken; ${EXPECTS}`,
  run: async (play) => {
    const returned = await Returned.of(play);
    const answers = await Promise.all(Array.from({ length: 4 }, () => returned.bring()));
    for (const dispatcher of play.stage.dispatchers) await dispatcher.stop().then(() => dispatcher.start());
    answers.push(await returned.bring());
    play.expect(
      answers.every((answer) => answer === 250),
      `answered ${answers.join(', ')}`,
    );
    return returned.outcome();
  },
};

export const bounceFaults: readonly Scenario[] = [killedBeforeCommit, postgresAway, twice];
