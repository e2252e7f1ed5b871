// Speaking in another's name, and having the platform write to people who are none of the team's.
import { type Attack, type Attempt, type Kind } from '../attack.js';
import { OTHER_TEAM, TEAM } from '../callers.js';

const VICTIM = 'victim@elsewhere.example';
const OTHER_USER = 'gus@globex.example';

/** An invoice by the admin that nobody takes; resolves once its trouble is told to the admin. */
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

/** Resolves once every alert e-mail that is owed was sent or given up. */
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

export const speaking: Kind = { name: 'speaking', attacks: [asAnother, stranger, otherTeam] };
