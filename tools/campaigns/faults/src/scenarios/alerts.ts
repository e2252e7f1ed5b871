// Alerts: their e-mails when a notification-service dies or the mail server refuses them, and what they say about a doubt.
import { type SmtpAction } from '@billing-mail/testkit';
import { type Play, type Scenario, seconds } from '../scenario.js';

type Owed = { status: string; lastError: string | null; claimed: boolean };

/** The longest time after a death: the lease of an alert e-mail, plus what a start needs on a busy machine. */
const TAKEN_OVER_MS = 30_000;
const STARTING_MS = 20_000;
const DOUBTED = '"verdict":"doubtful"';

/** Sends an invoice that the server rejects, so that an alert e-mail to its clerk is due. */
async function raise(play: Play): Promise<string> {
  const server = play.stage.takeServer();
  server.behave({ rcpt: '550 5.1.1 no such user' });
  const teamId = await play.team({ server });
  await play.publish(teamId);
  await play.untilSettled();
  return teamId;
}

const owed = async (play: Play, teamId: string): Promise<Owed | undefined> =>
  (
    await play.stage.database.rows<Owed>(
      `SELECT o.status, o.last_error AS "lastError", o.claim_id IS NOT NULL AS claimed
       FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id WHERE n.team_id = $1`,
      [teamId],
    )
  )[0];

const awaitStatus = (play: Play, teamId: string, status: string) =>
  play.awaits(`the e-mail is ${status}`, async () => (await owed(play, teamId))?.status === status, TAKEN_OVER_MS + STARTING_MS);

/** Kills every notification-service, starts them again, and returns how long the e-mail then took. */
async function killAndRestart(play: Play, teamId: string): Promise<number> {
  const { notifiers, alertMailbox } = play.stage;
  const since = Date.now();
  await Promise.all(notifiers.map((notifier) => notifier.kill()));
  alertMailbox.behave();
  await Promise.all(notifiers.map((notifier) => notifier.start()));
  await awaitStatus(play, teamId, 'sent');
  return Date.now() - since;
}

const killedBeforeTheAnswer: Scenario = {
  name: 'alert-killed-before-250',
  injects: 'kill -9 of every notification-service when the end of an alert e-mail is out and the server has not answered',
  expects: `taken over within ${seconds(TAKEN_OVER_MS)}: the same e-mail once more, with a logged doubt`,
  run: async (play) => {
    const { alertMailbox, notifiers } = play.stage;
    alertMailbox.behave({ final: 'stall' });
    const teamId = await raise(play);
    await play.awaits('end of data', () => alertMailbox.endsOfData > 0);
    const [first] = alertMailbox.bodies;
    const doubtsBefore = play.stage.countInLogs(DOUBTED, notifiers);
    const tookMs = await killAndRestart(play, teamId);
    const { bodies } = alertMailbox;
    play.expect(bodies.length === 1 && bodies[0] === first, `${bodies.length} e-mails after the kill, and not the same as before it`);
    play.expect(play.stage.countInLogs(DOUBTED, notifiers) === doubtsBefore + 1, 'the doubt is not logged');
    return `repeated ${seconds(tookMs)} after the kill, with the same bytes`;
  },
};

const killedWithItsClaim: Scenario = {
  name: 'alert-killed-with-claim',
  injects: 'kill -9 of every notification-service that has claimed an alert e-mail and waits for the banner',
  expects: `taken over within ${seconds(TAKEN_OVER_MS)}, one e-mail, no doubt`,
  run: async (play) => {
    const { alertMailbox, notifiers } = play.stage;
    await alertMailbox.hangUp();
    alertMailbox.behave({ connect: 'stall' });
    const teamId = await raise(play);
    await play.awaits(
      'claimed and connected',
      async () => alertMailbox.openConnections > 0 && (await owed(play, teamId))?.claimed === true,
    );
    const doubtsBefore = play.stage.countInLogs(DOUBTED, notifiers);
    const tookMs = await killAndRestart(play, teamId);
    play.expect(alertMailbox.endsOfData === 1, `${alertMailbox.endsOfData} e-mails`);
    play.expect(play.stage.countInLogs(DOUBTED, notifiers) === doubtsBefore, 'a doubt is logged');
    return `sent ${seconds(tookMs)} after the kill`;
  },
};

const refused: Scenario = {
  name: 'alert-refused',
  injects: "an alert e-mail is refused with 554 5.7.1 until it is tried again, another's address with 550 5.1.1",
  expects: 'the first waits and is sent later, the second is given up',
  run: async (play) => {
    const { alertMailbox, database } = play.stage;
    alertMailbox.behave({ rcpt: '554 5.7.1 Relay access denied' });
    const later = await raise(play);
    await play.awaits('refused', async () => (await owed(play, later))?.lastError?.includes('554') === true);
    play.expect((await owed(play, later))?.status === 'waiting', 'given up at the first refusal');
    alertMailbox.behave({ rcpt: '550 5.1.1 no such user' });
    await awaitStatus(play, await raise(play), 'no_such_address');
    alertMailbox.behave();
    await database.rows(
      `UPDATE notify.email_outbox SET due_at = now() WHERE notification_id IN (SELECT id FROM notify.notifications WHERE team_id = $1)`,
      [later],
    );
    await awaitStatus(play, later, 'sent');
    return 'sent at the second try; given up';
  },
};

const doubt = (seen: string, injects: string, final: SmtpAction): Scenario => ({
  name: `alert-of-${seen}`,
  injects: `after the end of data ${injects}, twice`,
  expects: `uncertain, and the alert says so: ${seen}`,
  run: async (play) => {
    const server = play.stage.takeServer();
    server.behave({ final });
    const teamId = await play.team({ server });
    const key = await play.publish(teamId);
    await play.untilSettled();
    const told = await play.stage.database.rows<{ seen: string | null }>(
      `SELECT params #>> '{failure,seen}' AS seen FROM notify.notifications WHERE team_id = $1 AND type = 'delivery_uncertain'`,
      [teamId],
    );
    play.expect((await play.delivery(key))?.status === 'uncertain', 'not uncertain');
    play.expect(
      told.length === 1 && told[0]?.seen === seen,
      `told as ${told.map((notification) => notification.seen).join(', ') || 'nothing'}`,
    );
    return `told as ${seen}`;
  },
});

const partlyByPlatform: Scenario = {
  name: 'alert-of-part-fallback',
  injects: "the team's server takes the first of two recipients and turns the second away for now, three times; fallback is on",
  expects: 'sent with the platform; the alert knows that it was for one',
  run: async (play) => {
    const server = play.stage.takeServer();
    server.behave({ rcpt: (address) => (address.startsWith('b.') ? '451 4.3.0 later' : '250 ok') });
    const teamId = await play.team({ server, fallback: true });
    await play.publish(teamId);
    await play.untilSettled();
    const told = await play.stage.database.rows<{ byPlatform: string | null }>(
      `SELECT params #>> '{counts,byPlatform}' AS "byPlatform" FROM notify.notifications WHERE team_id = $1 AND type = 'delivery_fell_back'`,
      [teamId],
    );
    play.expect(told.length === 1 && told[0]?.byPlatform === '1', `told ${JSON.stringify(told)}`);
    return 'told that one went out by the platform';
  },
};

export const alertFaults: readonly Scenario[] = [
  refused,
  killedBeforeTheAnswer,
  killedWithItsClaim,
  doubt('broke', 'the line breaks', 'reset'),
  doubt('stalled', 'nothing comes', 'stall'),
  doubt('nonsense', 'the server answers what no mail server says', { raw: 'HTTP/1.1 400 Bad Request\r\n' }),
  partlyByPlatform,
];
