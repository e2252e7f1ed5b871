// The worst bodies all at once: what stalls, how much memory it takes, and how it affects a legitimate invoice.
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { readMetric } from '@billing-mail/tools/stage';
import { type Attack, type Attempt, countStatuses, type Kind } from '../attack.js';
import { type CallerName, OTHER_TEAM, TEAM } from '../callers.js';
import { type Noticed, startBystander } from '../bystander.js';
import { type Answer } from '../site.js';
import { type Edge, LONGEST_ANSWER, longText, longTexts, manyValues, nested, sendTo, wrongCopies } from './bodies.js';
import { DRIP, drip, PIPELINE, pipeline } from './connections.js';
import { HEAVY, heavyDocuments } from './documents.js';
import { MUTATED_END, mutatedJobs, publishMutated } from './jobs.js';
import { openUnreadStream } from '../streams.js';
import { stopHalfWay } from './uploads.js';

const AT_ONCE = 50;
const LONGEST_STALL_MS = 250;
const MOST_MEMORY_MB = 512;
const TIMES_AS_LONG = 3;
const INVOICES = 10;

/** Resets the kernel's record of a process's peak memory (proc(5), clear_refs). */
const countPeakAnew = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** Returns a process's peak memory in MB. */
function peakMb(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Runs `happen` and resolves with its result and with what a bystander noticed meanwhile. */
async function noticed<T>(attempt: Attempt, happen: () => Promise<T>): Promise<{ seen: T } & Noticed> {
  const { services } = attempt.site;
  const bystander = await startBystander({
    urls: Object.values(services).map(({ url }) => url),
    dispatcherUrl: services['mail-dispatcher'].url,
    token: attempt.site.authorization('service')?.replace('Bearer ', '') ?? '',
    ...{ teamId: TEAM, atLeastInvoices: INVOICES },
  });
  const seen = await happen();
  return { seen, ...(await bystander.end()) };
}

/** Runs the attack while health is watched and invoices are sent, and judges the figures. */
async function measured(attempt: Attempt, attack: () => Promise<string>, mostTimesAsLong = TIMES_AS_LONG): Promise<string> {
  const usual = await noticed(attempt, () => Promise.resolve());
  for (const { pid } of Object.values(attempt.site.services)) countPeakAnew(pid);
  const { seen, stallMs, invoiceMs } = await noticed(attempt, attack);
  const peaks = Object.values(attempt.site.services).map(({ pid }) => peakMb(pid));
  const peak = Math.max(...peaks);
  const times = invoiceMs / usual.invoiceMs;
  attempt.expect(stallMs < LONGEST_STALL_MS, `/health/live answered after ${Math.round(stallMs)} ms`);
  attempt.expect(peak < MOST_MEMORY_MB, `a service took ${Math.round(peak)} MB`);
  attempt.expect(times <= mostTimesAsLong, `an invoice took ${times.toFixed(1)} times as long`);
  const memory = `${peaks.map(Math.round).join(', ')} MB`;
  const invoices = `invoice ${Math.round(usual.invoiceMs)} ms, ${Math.round(invoiceMs)} ms beside it`;
  return `${seen}; stall ${Math.round(stallMs)} ms, ${Math.round(usual.stallMs)} ms without; ${memory}; ${invoices}`;
}

const LIVELY = `health within ${LONGEST_STALL_MS} ms, under ${MOST_MEMORY_MB} MB`;
const EXPECTED = `${LIVELY}, an invoice at most ${TIMES_AS_LONG} times as long`;
const WORST = () => [nested(), manyValues(), longText()];
const WORST_ENDS = [400, 413, 422, 429];
const path = `/v1/teams/${TEAM}/deliveries`;
const INTAKE: Edge = ['mail-dispatcher', 'POST', path];
const SETTINGS: Edge = ['settings-api', 'PUT', `/v1/teams/${TEAM}/email-delivery`];

type AtOnce = { to?: Edge; as: CallerName; makeBodies: () => Buffer[]; statuses: number[] };
const atOnce = (name: string, tries: string, { to = INTAKE, as, makeBodies, statuses }: AtOnce): Attack => ({
  name,
  tries: `${AT_ONCE} at once: ${tries}`,
  expects: EXPECTED,
  run: (attempt) =>
    measured(attempt, async () => {
      const bodies = makeBodies();
      const ask = (index: number): Promise<Answer | null> =>
        sendTo(attempt.site, to, { as, body: bodies[index % bodies.length], headers: { 'idempotency-key': name } })
          // A client that sends more than is accepted may find the connection cut before it has read the answer.
          .catch(() => null);
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => ask(index)));
      const answered = answers.filter((answer) => answer !== null);
      for (const answer of answered) attempt.expectAnswer('a body', answer, statuses);
      const longest = Math.max(0, ...answered.map(({ text }) => text.length));
      attempt.expect(longest <= LONGEST_ANSWER, `an answer of ${longest} characters`);
      return `${countStatuses(answered)}, ${answers.length - answered.length} cut off, longest answer ${longest} characters`;
    }),
});

const longFields: Attack = {
  name: 'long-fields',
  tries: '37 MB of a text, a subject, an address, a file name or a key each, one after the other',
  expects: EXPECTED,
  run: (attempt) =>
    measured(attempt, async () => {
      const answers: Answer[] = [];
      for (const make of longTexts) {
        const body = make();
        answers.push(
          await attempt.site.ask('mail-dispatcher', path, { as: 'admin', method: 'POST', body, headers: { 'idempotency-key': 'long' } }),
        );
      }
      for (const answer of answers) attempt.expectAnswer('a long field', answer, [422]);
      return countStatuses(answers);
    }),
};

const halfSent: Attack = {
  name: 'half-sent',
  tries: `${AT_ONCE} uploads of 38 MB by an internal service that stop half-way`,
  expects: EXPECTED,
  run: (attempt) =>
    measured(attempt, async () => {
      const { url } = attempt.site.services['mail-dispatcher'];
      const body = longText();
      const endings = await Promise.all(
        Array.from({ length: AT_ONCE }, () => sendHalf(new URL(url), attempt.site.authorization('service') ?? '', body)),
      );
      attempt.expect(
        endings.every((status) => ['408', '429', 'closed'].includes(status)),
        `ended with ${endings.join(', ')}`,
      );
      return ['408', '429', 'closed'].map((ending) => `${endings.filter((each) => each === ending).length} × ${ending}`).join(', ');
    }),
};

/** Sends half of the body that it announces. Resolves with what the service answers to that. */
function sendHalf({ hostname, port }: URL, authorization: string, body: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(Number(port), hostname, () => {
      const head = [`POST ${path} HTTP/1.1`, `Host: ${hostname}`, `Authorization: ${authorization}`, 'Content-Type: application/json'];
      socket.write(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\nIdempotency-Key: half\r\n\r\n`);
      socket.write(body.subarray(0, body.length / 2));
    });
    let status = 'closed';
    socket.on('data', (data: Buffer) => {
      status = /^HTTP\/1\.1 (\d{3})/.exec(data.toString('latin1'))?.[1] ?? status;
      socket.destroy();
    });
    socket.on('error', () => undefined).once('close', () => resolve(status));
  });
}

const pipelined: Attack = {
  name: 'pipelined',
  tries: PIPELINE,
  expects: EXPECTED,
  run: (attempt) => measured(attempt, async () => `${await pipeline(attempt)} answers`),
};

const slowHeads: Attack = {
  name: 'slow-heads',
  tries: DRIP,
  expects: EXPECTED,
  run: (attempt) => measured(attempt, async () => `all cut after ${Math.round((await drip(attempt)) / 1000)} s`),
};

const heavy: Attack = {
  name: 'heavy-documents',
  tries: HEAVY,
  expects: `${EXPECTED} for another team`,
  run: (attempt) =>
    measured(attempt, async () => {
      const answers = await Promise.all(
        heavyDocuments().map((attachments, index) =>
          attempt.site.ask('mail-dispatcher', `/v1/teams/${OTHER_TEAM}/deliveries`, {
            ...{ as: 'stranger', method: 'POST', headers: { 'idempotency-key': `heavy-${index}` } },
            body: {
              ...{ requestedBy: { userId: 'globex-admin' }, document: { id: `heavy-${index}`, type: 'invoice' } },
              ...{ to: [{ address: 'a@customer.example' }], subject: 'Heavy', text: 'Heavy', attachments },
            },
          }),
        ),
      );
      for (const answer of answers) attempt.expectAnswer('a heavy document', answer, [202, 422]);
      return countStatuses(answers);
    }),
};

const halfSentFiles: Attack = {
  name: 'half-sent-files',
  tries: `${AT_ONCE} uploads of a file of 24 MB by an internal service that stop half-way`,
  expects: `${EXPECTED}; no file stays`,
  run: (attempt) => measured(attempt, () => stopHalfWay(attempt, AT_ONCE)),
};

const MUTATED = 10_000;
const mutated: Attack = {
  name: 'mutated-jobs',
  tries: mutatedJobs('10,000'),
  expects: `${LIVELY}; ${MUTATED_END}`,
  // So many documents of one team at once are work, whatever they contain: they may take the whole machine.
  run: (attempt) => measured(attempt, () => publishMutated(attempt, MUTATED), Infinity),
};

const READERS = 5;
const STREAMS_EACH = 20;
const EVENTS = 3000;
const CUT_WITHIN_MS = 240_000;

/** Writes notifications of about 10 KB for everybody in the team, as many rejected jobs with many errors would. */
const WRITE_EVENTS = `
  WITH clock AS (UPDATE notify.stream_clock SET position = position + $2 RETURNING position)
  INSERT INTO notify.notifications (team_id, type, severity, params, document_id, position)
  SELECT $1, 'job_rejected', 'error', $3, 'never-read', clock.position - $2 + place FROM clock, generate_series(1, $2::int) AS place`;

const slowReaders: Attack = {
  name: 'streams-never-read',
  tries: `${EVENTS} notifications of 10 KB, and ${READERS * STREAMS_EACH} streams of them by ${READERS} users who read nothing`,
  expects: `${EXPECTED}; all streams closed by the service`,
  run: async (attempt) => {
    const { site } = attempt;
    const { url } = site.services['notification-service'];
    const errors = Array.from({ length: 50 }, (_, index) => ({ pointer: `/to/${index}/address`, message: 'x'.repeat(180) }));
    const rejection = { kind: 'rejection', key: 'k', documentId: 'never-read', documentNumber: null, reason: 'invalid', errors };
    await site.stage.database.rows(WRITE_EVENTS, [TEAM, EVENTS, JSON.stringify(rejection)]);
    const tokens = await Promise.all(
      Array.from({ length: READERS }, (_, reader) => site.tokenWith({ sub: `never-reads-${reader}`, teams: { [TEAM]: 'member' } })),
    );
    const seen = await measured(attempt, async () => {
      const since = performance.now();
      const streams = await Promise.all(
        tokens.flatMap(({ authorization }) => Array.from({ length: STREAMS_EACH }, () => openUnreadStream(url, authorization))),
      );
      await attempt.awaits('all are closed', async () => (await readMetric(url, 'billing_mail_open_streams')) === 0, CUT_WITHIN_MS);
      for (const stream of streams) stream.close();
      return `${countStatuses(streams)}, all closed after ${Math.round((performance.now() - since) / 1000)} s`;
    });
    await site.stage.database.rows("DELETE FROM notify.notifications WHERE document_id = 'never-read'");
    return seen;
  },
};

export const figures: Kind = {
  name: 'figures',
  alone: true,
  attacks: [
    atOnce('nested-by-nobody', '38 MB of "[" without a token', { as: 'nobody', makeBodies: () => [nested()], statuses: [401] }),
    atOnce('worst-by-a-user', 'nested, many values and long texts by one user', { as: 'admin', makeBodies: WORST, statuses: WORST_ENDS }),
    atOnce('worst-by-a-service', 'the same by an internal service', { as: 'service', makeBodies: WORST, statuses: WORST_ENDS }),
    atOnce('wrong-copies', 'settings with 3.8 MB of wrong cc, by an internal service', {
      ...{ to: SETTINGS, as: 'service', makeBodies: () => [wrongCopies()], statuses: [413, 422, 429] },
    }),
    longFields,
    halfSent,
    halfSentFiles,
    slowReaders,
    pipelined,
    slowHeads,
    heavy,
    mutated,
  ],
};
