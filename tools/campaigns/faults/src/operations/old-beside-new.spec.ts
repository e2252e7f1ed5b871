// An upgrade under load in the order of docs/upgrading.md, from the version before the last migration: for a while both
// versions run on the new tables.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invoice, type ServiceProcess, Stage, WORKING } from '@billing-mail/tools/stage';
import { AWAITED } from '../groups.js';
import { Play } from '../scenario.js';
import { buildEarlierVersion } from './earlier-version.js';

/** Deliveries in each of the three steps of the upgrade. */
const DELIVERIES = 100;
/** One in so many recipients is refused once, so that the other version may make the next try of a delivery. */
const REFUSED_EVERY = 5;
/** Ends only what hangs: two minutes on a busy machine. */
const LONG = 1_200_000;

/** Returns how many tries of this dispatcher were accepted since it started. */
async function acceptedBy(dispatcher: ServiceProcess): Promise<number> {
  const metrics = await (await fetch(`${dispatcher.url}/metrics`)).text();
  const counts = [...metrics.matchAll(/^billing_mail_tries_total\{[^}]*outcome="accepted"[^}]*\} (\d+)/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('the version before the last migration, beside this one', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'old-beside-new-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(
    `loses and doubles none of ${3 * DELIVERIES} deliveries while it is replaced`,
    async () => {
      const checkout = join(folder, 'old');
      const commit = buildEarlierVersion(checkout, ['settings-api', 'mail-dispatcher']);
      const stage = await Stage.set(join(folder, 'logs'), {
        dispatchers: 2,
        notifiers: 1,
        customServers: 1,
        env: { ...AWAITED, CLAIM_LEASE: '30s' },
      });
      try {
        const change = async (service: ServiceProcess, to: string | null): Promise<void> => {
          await service.stop();
          if (to === null) delete service.options.checkout;
          else service.options.checkout = to;
          await service.start();
        };
        const [changing, staying] = stage.dispatchers as [ServiceProcess, ServiceProcess];
        for (const service of [stage.settings, changing]) await change(service, checkout);
        const seen = new Map<string, number>();
        stage.platform.behave({
          ...WORKING,
          rcpt: (address) => {
            const times = (seen.get(address) ?? 0) + 1;
            seen.set(address, times);
            return times === 1 && seen.size % REFUSED_EVERY === 0 ? '451 4.3.0 not now' : '250 2.1.5 ok';
          },
        });
        const play = new Play(stage, 'retry', 'upgrade');
        const teamId = await play.team();
        const publish = async (): Promise<void> => {
          for (let count = 0; count < DELIVERIES; count += 1) await stage.invoicing.publish(invoice(teamId));
        };
        await publish();
        await play.untilSettled();
        const [old, young] = await Promise.all([acceptedBy(changing), acceptedBy(staying)]);
        await Promise.all([publish(), change(changing, null)]);
        await Promise.all([publish(), change(stage.settings, null)]);
        await play.untilSettled();
        await play.conclude();
        console.log(`${commit.slice(0, 9)} beside this version: ${old} and ${young} tries accepted`);
        expect([old > 0, young > 0]).toEqual([true, true]);
        expect(play.misses).toEqual([]);
        expect(play.totals).toMatchObject({ accepted: 2 * 3 * DELIVERIES, failed: 0, uncertain: 0, doubtfulCopies: 0 });
      } finally {
        await stage.strike();
      }
    },
    LONG,
  );
});
