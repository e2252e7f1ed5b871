// The database and the documents are lost and brought back from a backup, with the real services, behind PgBouncer.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeliveryView } from '@billing-mail/contracts';
import { backup, held, hold, restore, resume } from '@billing-mail/tools/backup';
import { type MailServer, CLERK, invoice, Stage } from '@billing-mail/tools/stage';
import { call, findDelivery } from '@billing-mail/tools/services-client';
import { erasePerson, exportPerson } from '@billing-mail/tools/person';
import { issueTokens } from '@billing-mail/tools/starting/tokens';
import { type RunStep } from '@billing-mail/tools/step';

/** Ends only what hangs: a minute on a quiet machine, because every part is a process of its own. */
const LONG = 1_200_000;
const silently: RunStep = (_title, work) => work(() => undefined);

describe('a restore from a backup', () => {
  let folder: string;
  let stage: Stage;
  let server: MailServer;
  let token: string;
  const environment = (): NodeJS.ProcessEnv => stage.dispatchers[0]?.options.env ?? {};
  const sent = invoice('sure');
  const open = [invoice('own'), invoice('own'), invoice('own')];
  const later = invoice('sure');

  const read = (job: ReturnType<typeof invoice>): Promise<DeliveryView | null> =>
    findDelivery(stage.dispatchers[0]?.url ?? '', token, { teamId: job.teamId, key: job.key, documentId: job.key });
  const until = async (job: ReturnType<typeof invoice>, isSo: (delivery: DeliveryView) => boolean): Promise<DeliveryView> => {
    for (const end = Date.now() + 120_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
      const delivery = await read(job);
      if (delivery !== null && isSo(delivery)) return delivery;
    }
    throw new Error(`not so: ${JSON.stringify(await read(job))}`);
  };
  const settled = ({ settledAt }: DeliveryView): boolean => settledAt !== null;
  const copiesOf = (job: ReturnType<typeof invoice>): number =>
    stage.ledger.entries.filter(({ recipients }) => recipients.includes(job.to[0]?.address ?? '')).length;
  const services = () => [stage.settings, ...stage.notifiers, ...stage.dispatchers];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backup-'));
    const env = { RETRY_DELAYS: '1h,1h' };
    stage = await Stage.set(join(folder, 'logs'), { dispatchers: 1, notifiers: 1, customServers: 1, behindPooler: true, env });
    token = (await issueTokens(stage.jwtSecret)).service;
    server = stage.takeServer();
    await stage.invoicing.setUpTeam('sure');
    await stage.invoicing.setUpTeam('own', { server });
    await server.goAway();
    for (const job of [sent, ...open]) await stage.invoicing.publish(job);
    await until(sent, settled);
    for (const job of open) await until(job, ({ status }) => status === 'waiting');

    expect(await backup(join(folder, 'backup'), environment(), silently)).toEqual([]);

    // What happens after the backup: the server works again and takes all of them, and one more delivery is accepted.
    await server.comeBack();
    await stage.database.planNextTry(
      open.map(({ key }) => key),
      0,
    );
    await stage.invoicing.publish(later);
    for (const job of [later, ...open]) await until(job, settled);

    await Promise.all(services().map((service) => service.kill()));
    await stage.database.rows('DROP SCHEMA settings, dispatch, notify CASCADE');
    await rm(join(stage.folder, 'documents'), { recursive: true });
  }, LONG);
  afterAll(async () => {
    await stage.strike();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'refuses a backup that is not as it was made, and a database that is not empty',
    async () => {
      await stage.database.rows('CREATE SCHEMA notify');
      await expect(restore(join(folder, 'backup'), environment(), silently)).rejects.toThrow('The database has notify already');
      await stage.database.rows('DROP SCHEMA notify');
      await expect(restore(join(folder, 'logs'), environment(), silently)).rejects.toThrow('is not a backup');
      await writeFile(join(folder, 'backup', 'more'), '');
      await expect(restore(join(folder, 'backup'), environment(), silently)).rejects.toThrow('The backup is not as it was made');
      await rm(join(folder, 'backup', 'more'));
    },
    LONG,
  );

  it(
    'tells the operator what was open, team by team',
    async () => {
      const restored = await restore(join(folder, 'backup'), environment(), silently);
      expect(restored).toMatchObject({ held: [{ teamId: 'own', deliveries: open.length }], documents: 1 + open.length });
      await Promise.all(services().map((service) => service.start()));
      expect((await read(sent))?.status).toBe('sent');
      expect(await read(later)).toBeNull();
    },
    LONG,
  );

  it(
    'sends nothing that was open then, though the server works and the settings change',
    async () => {
      await stage.invoicing.setUpTeam('own', { server, fallback: true });
      const next = invoice('own');
      await stage.invoicing.publish(next);
      expect((await until(next, settled)).status).toBe('sent');
      for (const job of open) {
        expect(copiesOf(job)).toBe(1);
        expect(await read(job)).toMatchObject({ settledAt: null, nextTryAt: null, failure: { code: 'restored_from_backup' } });
      }
    },
    LONG,
  );

  it(
    'lets one be ended that has arrived, as a doubt',
    async () => {
      const delivery = await read(open[0] as ReturnType<typeof invoice>);
      await call(`${stage.dispatchers[0]?.url}/v1/teams/own/deliveries/${delivery?.id}/cancel`, token, { method: 'POST' });
      expect((await read(open[0] as ReturnType<typeof invoice>))?.status).toBe('uncertain');
    },
    LONG,
  );

  it(
    "sends the others at the operator's word, and tells of the second copy that there may be",
    async () => {
      // Deliveries that are already held stay held.
      expect(await hold(environment())).toEqual([{ teamId: 'own', deliveries: open.length - 1 }]);
      expect(await held(environment())).toEqual([{ teamId: 'own', deliveries: open.length - 1 }]);
      expect(await resume(environment())).toBe(open.length - 1);
      // Each waits for its next try again, as at the time of the backup.
      await stage.database.planNextTry(
        open.map(({ key }) => key),
        0,
      );
      for (const job of open.slice(1)) expect((await until(job, settled)).status).toBe('sent');
      expect([sent, later, ...open].map(copiesOf)).toEqual([1, 1, 1, 2, 2]);
      // Repeated trouble of the same kind is one notification with a count: these deliveries, and the one that ended as a doubt.
      const told = async (): Promise<number> => {
        const rows = await stage.database.rows<{ count: number }>(
          `SELECT count FROM notify.notifications WHERE type = 'delivery_uncertain' AND team_id = 'own' AND user_id = $1`,
          [CLERK],
        );
        return rows.reduce((sum, { count }) => sum + count, 0);
      };
      for (const end = Date.now() + 120_000; (await told()) < open.length && Date.now() < end;)
        await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await told()).toBe(open.length);
    },
    LONG,
  );

  it(
    'tells of a person what all services know, and erases it',
    async () => {
      const clerk = 'clerk@faults.example';
      const known = await exportPerson(clerk, environment());
      expect(known.map(({ table }) => table)).toEqual(expect.arrayContaining(['dispatch.deliveries', 'notify.contacts']));
      const protocol = await erasePerson(clerk, environment());
      expect(protocol).toMatchObject({
        changed: { 'notify.contacts': expect.any(Number), 'dispatch.deliveries': expect.any(Number) },
        left: [],
      });
      expect(JSON.stringify(protocol)).not.toContain('clerk');
      expect(await exportPerson(clerk, environment())).toEqual([]);
    },
    LONG,
  );
});
