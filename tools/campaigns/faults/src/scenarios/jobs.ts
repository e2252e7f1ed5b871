// Jobs that arrive twice, out of order or malformed, and settings that change while mail goes out.
import { DISPATCH_JOB, DISPATCH_QUEUE, QUEUE_PREFIX } from '@billing-mail/contracts';
import { Redis } from 'ioredis';
import { randomInt } from 'node:crypto';
import { pause, type Scenario } from '../scenario.js';
import { invoice } from '@billing-mail/tools/stage';

const sameKey: Scenario = {
  name: 'same-key',
  injects: 'twenty keys, each ten times at once, by queue and HTTP mixed',
  expects: 'one delivery and one mail each',
  run: async (play) => {
    const { invoicing, platform } = play.stage;
    const teamId = await play.team();
    const before = platform.messages.length;
    const jobs = Array.from({ length: 20 }, () => invoice(teamId));
    await Promise.all(
      jobs.flatMap((job) => Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? invoicing.publish(job) : invoicing.post(job)))),
    );
    await play.untilSettled();
    await play.awaits('queue empty', async () => (await invoicing.waitingJobs()) === 0);
    const mails = platform.messages.length - before;
    const deliveries = (await play.deliveries()).length;
    play.expect(mails === jobs.length && deliveries === jobs.length, `${deliveries} deliveries, ${mails} mails of ${jobs.length} keys`);
    return `${deliveries} deliveries, ${mails} mails`;
  },
};

const outOfOrder: Scenario = {
  name: 'out-of-order',
  injects: 'sixty jobs last in first out, with random delays, half of them published again later',
  expects: 'each sent once',
  run: async (play) => {
    const { invoicing } = play.stage;
    const teamId = await play.team();
    const jobs = Array.from({ length: 60 }, () => invoice(teamId));
    await Promise.all(
      jobs.map((job, index) => invoicing.jobs.add(DISPATCH_JOB, job, { lifo: true, delay: randomInt(1500), attempts: 1 + (index % 3) })),
    );
    await pause(1000);
    for (const job of jobs.toReversed()) if (randomInt(2) === 0) await invoicing.publish(job);
    await play.awaits('queue empty', async () => (await invoicing.waitingJobs()) === 0);
    // Whatever Redis acknowledged, the first or the second time, is promised.
    for (const job of jobs) await invoicing.post(job);
    await play.untilSettled();
    return `${(await play.deliveries()).filter(({ status }) => status === 'sent').length} sent`;
  },
};

const settingsChanged: Scenario = {
  name: 'settings-in-mid-send',
  injects: 'server, sender and company name of a team change while 100 of its invoices go out',
  expects: 'each invoice wholly as before or wholly as after, each sent once',
  run: async (play) => {
    const { stage } = play;
    const [before, after] = [stage.takeServer(), stage.takeServer()];
    for (const server of [before, after]) server.behave({ final: { wait: 100, then: '250 ok' } });
    const teamId = await play.team({ server: before });
    await play.publishMany(teamId, 50);
    await play.until(() => before.messages.length > 10, 15_000, 10);
    await stage.invoicing.setUpTeam(teamId, { server: after, companyName: 'After GmbH', fromAddress: 'after@after.example' });
    await play.publishMany(teamId, 50);
    await play.untilSettled();
    const senders = [...before.messages, ...after.messages].map(({ raw, from }) => {
      const header = /^From: (.*?)\r\n(?!\s)/ims.exec(raw?.toString('latin1') ?? '')?.[1]?.replace(/\r\n\s+/g, ' ') ?? '';
      return `${header} by ${from}`;
    });
    const looks = [...new Set(senders)];
    play.expect(looks.length === 2, `looks: ${looks.join(' / ')}`);
    play.expect(
      looks.every((look) => look.includes('After GmbH') === /after@after\.example.*after@after\.example/.test(look)),
      `mixed: ${looks.join(' / ')}`,
    );
    const count = (look: string | undefined): number => senders.filter((sender) => sender === look).length;
    for (const server of [before, after]) server.behave();
    return `${count(looks[0])} as "${looks[0]}", ${count(looks[1])} as "${looks[1]}"`;
  },
};

/** Deep enough to overflow the stack of a recursive parser. */
const LEVELS = 100_000;

const malformed: Scenario = {
  name: 'malformed',
  injects: `jobs that are no documents: other name, wrong fields, unspeakable fields, 30 MB of attachments, ${LEVELS} levels deep, null, a string`,
  expects: 'each kept in rejected_jobs, the queue goes on',
  run: async (play) => {
    const { invoicing, database, redis } = play.stage;
    const teamId = await play.team();
    const count = async (): Promise<number> =>
      (await database.one<{ count: number }>('SELECT count(*)::int AS count FROM dispatch.rejected_jobs')).count;
    const before = await count();
    const good = invoice(teamId);
    const bad: [name: string, data: unknown][] = [
      ['other', good],
      [DISPATCH_JOB, { ...good, to: [{ address: 'no address' }], surprise: 1 }],
      [DISPATCH_JOB, invoice(teamId, { bytes: 30_000_000 })],
      [DISPATCH_JOB, { ...good, ['a field\u0000 of \ud800']: 1 }],
      [DISPATCH_JOB, null],
      [DISPATCH_JOB, 'a string'],
      [DISPATCH_JOB, { ...good, key: 'a key with spaces', teamId: 'nobody' }],
    ];
    for (const [name, data] of bad) await invoicing.jobs.add(name, data);
    // Written to Redis directly, because no publisher of ours could create it.
    const deep = await invoicing.jobs.add(DISPATCH_JOB, {}, { delay: 3_600_000 });
    const client = new Redis(redis.url);
    await client.hset(`${QUEUE_PREFIX}:${DISPATCH_QUEUE}:${deep.id}`, 'data', `${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`);
    client.disconnect();
    await deep.promote();
    await play.awaits('set aside', async () => (await count()) >= before + bad.length + 1);
    const setAside = (await count()) - before;
    await Promise.all(Array.from({ length: 10 }, () => play.publish(teamId)));
    await play.untilSettled();
    return `${setAside} of ${bad.length + 1} set aside; ${(await play.deliveries()).filter(({ status }) => status === 'sent').length} good ones sent after them`;
  },
};

export const jobFaults: readonly Scenario[] = [sameKey, outOfOrder, settingsChanged, malformed];
