// Documents in requests that are refused or never end: none of them may stay on the disk.
import { readdirSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Attack, type Attempt, countStatuses, type Kind } from '../attack.js';
import { type CallerName, TEAM } from '../callers.js';
import { type Answer, type Site } from '../site.js';

const MB = 1024 * 1024;
const AT_ONCE = 10;
const path = `/v1/teams/${TEAM}/deliveries`;

const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(3 * MB, 'x')]);
const named = (part: string) => ({ filename: 'a.pdf', contentType: 'application/pdf', part });
const invoiceWith = (attachments: object[]) => ({
  ...{ requestedBy: { userId: 'acme-admin' }, document: { id: 'upload', type: 'invoice' }, to: [{ address: 'a@customer.example' }] },
  ...{ subject: 'Invoice', text: 'Invoice', attachments },
});

const part = (name: string, content: Buffer, filename?: string): Buffer[] => [
  Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n`),
  ...[content, Buffer.from('\r\n')],
];
const words = (attachments: object[]): Buffer[] => part('delivery', Buffer.from(JSON.stringify(invoiceWith(attachments))));
const whole = (...parts: Buffer[][]): Buffer => Buffer.concat([...parts.flat(), Buffer.from('--b--\r\n')]);

const send = (site: Site, body: Buffer | object, contentType = 'multipart/form-data; boundary=b'): Promise<Answer> =>
  site.ask('mail-dispatcher', path, {
    ...{ as: 'admin', method: 'POST', body },
    headers: { 'idempotency-key': 'upload', ...(Buffer.isBuffer(body) ? { 'content-type': contentType } : {}) },
  });

/** Returns the number of files in the document store, including those that are still being uploaded. */
const filesOf = ({ stage }: Site, leastBytes = 0): number => {
  const entries = readdirSync(join(stage.folder, 'documents'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  // A file may be moved to its final place meanwhile.
  return files.filter((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= leastBytes).length;
};

async function leavesNothing(attempt: Attempt, happen: () => Promise<string>): Promise<string> {
  const before = filesOf(attempt.site);
  const seen = await happen();
  await attempt.awaits('the store is as it was', () => Promise.resolve(filesOf(attempt.site) === before));
  return `${seen}; ${filesOf(attempt.site) - before} files more`;
}

const cut: Attack = {
  name: 'cut-off',
  tries: `${AT_ONCE} uploads at once whose connection is cut in the middle of a file`,
  expects: 'no file stays',
  run: (attempt) =>
    leavesNothing(attempt, async () => {
      const body = whole(words([named('file1')]), part('file1', pdf, 'a.pdf'));
      const before = filesOf(attempt.site);
      const uploads = Array.from({ length: AT_ONCE }, (_, index) => beginUpload(attempt.site, `cut-${index}`, body));
      const sockets = await Promise.all(uploads);
      // Otherwise there would be no file that could stay.
      await attempt.awaits('some of each file is on the disk', () => Promise.resolve(filesOf(attempt.site) === before + AT_ONCE));
      for (const socket of sockets) socket.destroy();
      return `${AT_ONCE} cut`;
    }),
};

/** Sends half of an upload; the rest never comes. */
async function beginUpload(site: Site, key: string, body: Buffer, as: CallerName = 'admin'): Promise<Socket> {
  const { hostname, port } = new URL(site.services['mail-dispatcher'].url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  const head = [`POST ${path} HTTP/1.1`, `Host: ${hostname}`, `Authorization: ${site.authorization(as) ?? ''}`, `Idempotency-Key: ${key}`];
  socket.write(`${head.join('\r\n')}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\n\r\n`);
  // A request that has been refused by then is cut off.
  await new Promise((resolve) => socket.once('close', resolve).write(body.subarray(0, body.length / 2), resolve));
  return socket;
}

/** Starts `count` uploads of 24 MB at once that stop half-way. Resolves with a description of how they ended. */
export async function stopHalfWay(attempt: Attempt, count: number): Promise<string> {
  const body = whole(words([named('file1')]), part('file1', Buffer.concat([pdf, Buffer.alloc(21 * MB, 'x')]), 'a.pdf'));
  const answers = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = await beginUpload(attempt.site, `half-${index}`, body, 'service');
      const closed = new Promise((resolve) => (socket.closed ? resolve(null) : socket.once('close', resolve)));
      let text = '';
      socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
      await closed;
      return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0) };
    }),
  );
  // 0: cut off before the answer was read.
  for (const { status } of answers) attempt.expect([0, 408, 413, 429].includes(status), `ended with ${status}`);
  // Invoices that are sent meanwhile are smaller than that.
  await attempt.awaits('no half of a file is left', () => Promise.resolve(filesOf(attempt.site, MB) === 0));
  return countStatuses(answers);
}

const wrong: Attack = {
  name: 'wrong-parts',
  tries: 'parts that nobody named, twice, missing, no PDF, as text, without an end or a boundary',
  expects: '400 or 422, and no file stays',
  run: (attempt) =>
    leavesNothing(attempt, async () => {
      const good = part('file1', pdf, 'a.pdf');
      const bodies = [
        whole(words([named('file1')]), good, part('file9', pdf, 'b.pdf')),
        whole(words([named('file1')]), good, good),
        whole(words([named('file1'), named('file2')]), good),
        whole(words([named('file1'), named('file2')]), good, part('file2', Buffer.from('no PDF'), 'b.pdf')),
        whole(words([named('file1')]), part('file1', Buffer.from('%PDF-1.7'))),
        whole(good),
        Buffer.concat([...words([named('file1')]), ...good.slice(0, 2)]),
      ];
      const answers: Answer[] = [];
      for (const body of bodies) answers.push(await send(attempt.site, body));
      answers.push(await send(attempt.site, whole(words([named('file1')]), good), 'multipart/form-data'));
      for (const answer of answers) attempt.expectAnswer('the upload', answer, [400, 422]);
      return countStatuses(answers);
    }),
};

const json: Attack = {
  name: 'refused-json',
  tries: 'documents as JSON beside one that is missing, for a team that is unknown, under a key that is taken',
  expects: '409 or 422, and no file stays',
  run: async (attempt) => {
    const { site } = attempt;
    const inline = { filename: 'a.pdf', contentType: 'application/pdf', content: pdf.toString('base64') };
    const missing = { filename: 'b.pdf', contentType: 'application/pdf', ref: `${TEAM}/none.pdf`, sha256: 'a'.repeat(64), size: 9 };
    const key = { 'idempotency-key': 'taken-before' };
    attempt.expectAnswer('the first', await site.hand('service', {}, key), [202]);
    return leavesNothing(attempt, async () => {
      const answers = [
        await send(site, invoiceWith([inline, missing])),
        await site.ask('mail-dispatcher', '/v1/teams/unheard-of/deliveries', {
          ...{ as: 'service', method: 'POST', body: invoiceWith([inline]), headers: { 'idempotency-key': 'x' } },
        }),
        await site.hand('service', { attachments: [inline] }, key),
      ];
      for (const answer of answers) attempt.expectAnswer('the invoice', answer, [409, 422]);
      return countStatuses(answers);
    });
  },
};

const SILENT = 200;
const silent: Attack = {
  name: 'silent-connections',
  tries: `${SILENT} connections to each service that say nothing, or stop in the middle of a head or a body`,
  expects: 'everybody else is answered',
  run: async (attempt) => {
    const { services } = attempt.site;
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${attempt.site.authorization('admin') ?? ''}\r\n`;
    const beginnings = ['', head, `${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"subject":`];
    const sockets = Object.values(services).flatMap(({ url }) => {
      const { hostname, port } = new URL(url);
      return Array.from({ length: SILENT }, (_, index) => {
        const socket = connect(Number(port), hostname).on('error', () => undefined);
        socket.write(beginnings[index % beginnings.length] ?? '');
        return socket;
      });
    });
    try {
      const answers = [
        await attempt.site.ask('settings-api', `/v1/teams/${TEAM}/email-delivery`, { as: 'member' }),
        await attempt.site.ask('notification-service', '/v1/notifications', { as: 'member' }),
        await attempt.site.hand('service'),
      ];
      for (const answer of answers) attempt.expectAnswer('the question', answer, [200, 202]);
      return countStatuses(answers);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  },
};

export const uploads: Kind = { name: 'uploads', attacks: [cut, wrong, json, silent] };
