// Acting in another's name, and making the platform write to people who do not belong to the team.
import { DISPATCH_JOB } from '@billing-mail/contracts';
import { invoice } from '@billing-mail/tools/stage';
import { type Attack, type Attempt, type Kind } from '../attack.js';
import { OTHER_TEAM, TEAM } from '../callers.js';

const VICTIM = 'victim@elsewhere.example';
const OTHER_USER = 'gus@globex.example';

/** Sends an invoice by the admin that the server rejects. Resolves once the admin has been told of it. */
async function fail(attempt: Attempt, requestedBy: object, number: string): Promise<void> {
  const { stage } = attempt.site;
  stage.platform.behave({ rcpt: '550 5.1.1 no such user' });
  try {
    attempt.expectAnswer(
      'the invoice',
      await attempt.site.hand('admin', { requestedBy, document: { id: number, type: 'invoice', number } }),
      [202],
    );
    await attempt.awaits('the admin is told', async () => {
      const { text } = await attempt.site.ask('notification-service', '/v1/notifications', { as: 'admin' });
      return text.includes(`"${number}"`);
    });
  } finally {
    stage.platform.behave();
  }
}

const lettersTo = (attempt: Attempt, address: string): number =>
  attempt.site.stage.alertMailbox.messages.filter(({ recipients }) => JSON.stringify(recipients).includes(address)).length;

/** Resolves once every due alert e-mail was sent or given up. */
const lettersGone = (attempt: Attempt): Promise<void> =>
  attempt.awaits('the e-mails have gone out', async () => {
    const owed = await attempt.site.stage.database.rows(
      "SELECT FROM notify.email_outbox WHERE status = 'waiting' AND due_at <= now() AND NOT in_digest",
    );
    return owed.length === 0;
  });

const asAnother: Attack = {
  name: 'requested-by-another',
  tries: 'an admin hands an invoice over as asked for by another user',
  expects: '422 at /requestedBy/userId',
  run: async (attempt) => {
    const answer = await attempt.site.hand('admin', { requestedBy: { userId: 'globex-admin' } });
    attempt.expectAnswer('the invoice', answer, [422], '/requestedBy/userId');
    return String(answer.status);
  },
};

const stranger: Attack = {
  name: 'letter-to-a-stranger',
  tries: "an admin names a stranger's address as its own, and lets the invoice fail",
  expects: 'the admin is told in the inbox, the stranger gets no e-mail',
  run: async (attempt) => {
    await fail(attempt, { userId: 'acme-admin', email: VICTIM, locale: 'en' }, 'to-a-stranger');
    await lettersGone(attempt);
    attempt.expect(lettersTo(attempt, VICTIM) === 0, 'the stranger got an e-mail');
    return `${lettersTo(attempt, VICTIM)} e-mails to the stranger`;
  },
};

const otherTeam: Attack = {
  name: 'letter-to-another-team',
  tries: 'an admin lets the users of another team be notified of an invoice that fails',
  expects: 'the user of the other team hears nothing of it, by e-mail or inbox',
  run: async (attempt) => {
    const settings = (notifyUserIds: string[]) =>
      attempt.site.ask('settings-api', `/v1/teams/${TEAM}/email-delivery`, {
        ...{ as: 'admin', method: 'PUT', body: { companyName: `Team ${TEAM}`, notifyUserIds } },
      });
    const known = await attempt.site.ask('notification-service', '/v1/users/globex-admin', {
      ...{ as: 'service', method: 'PUT', body: { name: 'Gus Globe', email: OTHER_USER, teams: { [OTHER_TEAM]: 'admin' } } },
    });
    attempt.expectAnswer('the address that an internal service vouches for', known, [200]);
    attempt.expectAnswer('the settings', await settings(['globex-admin']), [200, 422]);
    await fail(attempt, { userId: 'acme-admin' }, 'to-another-team');
    const { text } = await attempt.site.ask('notification-service', '/v1/notifications', { as: 'stranger' });
    attempt.expect(!text.includes('to-another-team'), 'the user of the other team was told');
    await lettersGone(attempt);
    attempt.expect(lettersTo(attempt, OTHER_USER) === 0, 'the user of the other team got an e-mail');
    await settings([]);
    return text.includes('to-another-team') ? 'told' : 'nothing told';
  },
};

/** Creates a user whose address an internal service has confirmed. Resolves with its id, address and token. */
async function knownUser({ site }: Attempt, userId: string, teams: readonly string[]) {
  const roles = Object.fromEntries(teams.map((team) => [team, 'member']));
  const email = `${userId}@acme.example`;
  await site.ask('notification-service', `/v1/users/${userId}`, {
    as: 'service',
    method: 'PUT',
    body: { name: userId, email, teams: roles },
  });
  return { userId, email, as: await site.tokenWith({ sub: userId, teams: roles }) };
}

/** Publishes jobs without a recipient, one for each of these teams, requested by that user. */
async function publishRefused({ site }: Attempt, userId: string, teams: readonly string[]): Promise<void> {
  const jobs = teams.map((team) => ({ ...invoice(team, { requestedBy: { userId } }), to: [] }));
  await site.stage.invoicing.jobs.addBulk(jobs.map((data) => ({ name: DISPATCH_JOB, data })));
}

const REJECTIONS = 500;
const rejections: Attack = {
  name: 'flood-of-rejections',
  tries: `${REJECTIONS} jobs that are refused, in the name of one user`,
  expects: `one notification that counts to ${REJECTIONS}, and one e-mail about the first of them`,
  run: async (attempt) => {
    const { userId, email, as } = await knownUser(attempt, 'refused-often', [TEAM]);
    await publishRefused(
      attempt,
      userId,
      Array.from({ length: REJECTIONS }, () => TEAM),
    );
    const told = async (): Promise<number[]> => {
      const { text } = await attempt.site.ask('notification-service', '/v1/notifications?limit=100', { as });
      return (JSON.parse(text) as { items: { count: number }[] }).items.map(({ count }) => count);
    };
    const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
    await attempt.awaits('all are told', async () => sum(await told()) === REJECTIONS);
    await lettersGone(attempt);
    const counts = await told();
    attempt.expect(counts.length === 1, `${counts.length} notifications`);
    attempt.expect(lettersTo(attempt, email) === 1, `${lettersTo(attempt, email)} e-mails`);
    return `${counts.length} notification that counts to ${sum(counts)}, ${lettersTo(attempt, email)} e-mail`;
  },
};

const TROUBLES = 40;
const EMAILS_AN_HOUR = 30;
const letters: Attack = {
  name: 'flood-of-letters',
  tries: `${TROUBLES} troubles that have nothing in common, each of another team, for one user`,
  expects: `${EMAILS_AN_HOUR} e-mails, and the others wait for one that tells of all of them`,
  run: async (attempt) => {
    const teams = Array.from({ length: TROUBLES }, (_, index) => `flooding-${index}`);
    const { userId, email } = await knownUser(attempt, 'written-often', teams);
    await publishRefused(attempt, userId, teams);
    const heldBack = async (): Promise<number> =>
      (
        await attempt.site.stage.database.one<{ count: number }>(
          `SELECT count(*)::int AS count FROM notify.email_outbox o JOIN notify.notifications n ON n.id = o.notification_id
           WHERE n.user_id = $1 AND o.status = 'waiting' AND o.in_digest`,
          [userId],
        )
      ).count;
    await attempt.awaits('all are sent or wait', async () => lettersTo(attempt, email) + (await heldBack()) >= TROUBLES);
    const [sent, held] = [lettersTo(attempt, email), await heldBack()];
    attempt.expect(sent === EMAILS_AN_HOUR && held === TROUBLES - EMAILS_AN_HOUR, `${sent} e-mails, ${held} wait`);
    return `${sent} e-mails, ${held} wait for one`;
  },
};

export const speaking: Kind = { name: 'speaking', attacks: [asAnother, stranger, otherTeam, rejections, letters] };
