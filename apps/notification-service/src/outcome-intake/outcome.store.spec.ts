// The cost of a group: a hundred outcomes take as many statements as one.
import { type OutcomeEvent } from '@billing-mail/contracts';
import { dataSourceOptions, migrate } from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { AbstractLogger, DataSource } from 'typeorm';
import { AlertStore } from '../alerts/alert.store.js';
import { RaiseAlerts } from '../alerts/raise-alerts.js';
import { decideAlert } from '../alerts/alert-table.js';
import { EmailChannel } from '../channels/email/email.channel.js';
import { InboxChannel } from '../channels/inbox.channel.js';
import { WebhookChannel } from '../channels/webhook/webhook.channel.js';
import { notifySchema } from '../notify.schema.js';
import { ContactStore } from '../preferences/contact.store.js';
import { SAMPLES, settled } from '../testing/sample-outcomes.js';
import { OutcomeStore } from './outcome.store.js';

class StatementLog extends AbstractLogger {
  readonly statements: string[] = [];
  override logQuery(statement: string): void {
    this.statements.push(statement);
  }
  protected writeLog(): void {
    // Only statements are of interest here.
  }
}

describe('recording a hundred outcomes', () => {
  const log = new StatementLog(true);
  let db: TestDatabase;
  let source: DataSource;
  let store: OutcomeStore;
  beforeAll(async () => {
    db = await startTestDatabase();
    await migrate(db.url, notifySchema);
    source = await new DataSource({ ...dataSourceOptions(db.url, notifySchema), logging: true, logger: log }).initialize();
    const alerts = new RaiseAlerts(new AlertStore(), [new WebhookChannel(), new EmailChannel(), new InboxChannel()]);
    store = new OutcomeStore(source, alerts, new ContactStore(source));
  });
  afterAll(async () => {
    await source.destroy();
    await db.stop();
  });

  // Ten teams with seven users each, so that all keys occur several times.
  const hundred = (make: (fields: object) => OutcomeEvent) =>
    Array.from({ length: 100 }, (_, index) => {
      const team = `team-${index % 10}`;
      const user = `user-${index % 7}`;
      return make({ teamId: team, requestedBy: { userId: user, email: `${user}@${team}.example`, locale: 'de' }, notifyUserIds: ['boss'] });
    });
  const statementsOf = async (events: readonly OutcomeEvent[]): Promise<string[]> => {
    log.statements.length = 0;
    await store.record(events.map((event) => ({ event, alert: decideAlert(event) })));
    return [...log.statements];
  };
  const rowsOf = async (table: string): Promise<number> =>
    Number((await source.query<{ count: string }[]>(`SELECT count(*) FROM notify.${table}`))[0]?.count);

  it('takes at most three statements when all were cleanly sent, and keeps no event', async () => {
    const statements = await statementsOf(hundred((fields) => settled({}, fields)));
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.length).toBeLessThanOrEqual(3);
    expect(await rowsOf('processed_events')).toBe(0);
    expect(await rowsOf('contacts')).toBe(70);
  });

  it.each([
    ['trouble of each document', SAMPLES.partlySent],
    ['the same trouble of one server', SAMPLES.failed],
  ])('takes as many statements as one outcome does, for %s', async (_name, make) => {
    const before = await rowsOf('processed_events');
    const forOne = await statementsOf(hundred(make).slice(0, 1));
    const forHundred = await statementsOf(hundred(make));
    expect(forHundred).toHaveLength(forOne.length);
    expect(forHundred.length).toBeLessThan(12);
    expect(await rowsOf('processed_events')).toBe(before + 101);
  });
});
