import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { type ScriptedSmtpServer } from '@billing-mail/testkit';
import fc from 'fast-check';
import { blocksOf, eachWithServer, IMPATIENT, messageOf, sessionWith } from './testing/client.js';

let server: ScriptedSmtpServer;
eachWithServer((started) => (server = started));

const SMALL = 'Subject: small\r\n\r\nhello\r\n';
const LARGE = Buffer.from(`${'x'.repeat(76)}\r\n`.repeat(300_000));

const asOne = (content: Buffer) => content;
const asBlocksOf = (size: number) => (content: Buffer) => () => blocksOf(content, size);

describe('the bytes of a message', () => {
  it('arrive as they are, however they are cut', async () => {
    const session = await sessionWith(server);
    const line = fc.oneof(
      fc.constantFrom('', ' .', 'x.', 'From x', 'QUIT', '\r'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 80 }).map((text) => text.replace(/^\.+/, '')),
    );
    const lines = fc.array(line, { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(lines, fc.option(fc.integer({ min: 1, max: 200 })), async (texts, cut) => {
        const content = Buffer.from(`${texts.join('\r\n')}\r\n`);
        const body = cut === null ? asOne(content) : asBlocksOf(cut)(content);
        const result = await session.send(messageOf(content, { body }));
        expect(result).toMatchObject({ outcome: 'accepted', bodyBegun: true });
        expect(server.messages.at(-1)?.raw?.equals(content)).toBe(true);
      }),
      { numRuns: 150 },
    );
    await session.close();
  });

  it.each([
    ['in one piece', asOne],
    ['in blocks', asBlocksOf(300_000)],
  ])('arrive as they are when they are many, %s, over TLS', async (_how, cut) => {
    server.script = { security: 'tls' };
    const session = await sessionWith(server, { security: 'tls' });
    const result = await session.send(messageOf(LARGE, { body: cut(LARGE) }));
    expect(result.outcome).toBe('accepted');
    expect(server.messages[0]?.sha256).toBe(createHash('sha256').update(LARGE).digest('hex'));
    await session.close();
  });
});

describe('a body that is not fit for the wire', () => {
  const WAYS = [asOne, asBlocksOf(1), asBlocksOf(2), asBlocksOf(3), asBlocksOf(70)];
  const long = 'x'.repeat(200);

  it.each([
    ['holds the end mark', `${long}\r\n.\r\n`],
    ['holds the end mark in the middle', `${long}\r\n.\r\n${long}\r\n`],
    ['begins with a dot', `.${long}\r\n`],
    ['is the end mark', '.\r\n'],
    ['has a line that begins with a dot', `${long}\r\n.${long}\r\n`],
    ['has a dot behind a bare line feed', `${long}\n.${long}\r\n`],
    ['does not end with a line end', `${long}\r\n${long}`],
    ['ends with a bare line feed', `${long}\n`],
    ['is empty', ''],
  ])('never ends when it %s, and the gate is not asked', async (_what, content) => {
    for (const cut of WAYS) {
      const session = await sessionWith(server);
      const body = cut(Buffer.from(content));
      const beforeEndOfData = () => Promise.reject(new Error('asked'));
      const result = await session.send(messageOf(content, { body, beforeEndOfData }));
      expect(result).toMatchObject({ outcome: 'body_failed', endOfDataReleased: false, cause: { name: 'Error' } });
      expect(session.usable).toBe(false);
    }
    await server.allClosed();
    expect(server.transactions.map(({ endOfDataSeen }) => endOfDataSeen)).toEqual(WAYS.map(() => false));
  });

  it.each([-1, 1])('never ends when it is not as long as announced (%d)', async (difference) => {
    for (const cut of WAYS) {
      const session = await sessionWith(server);
      const result = await session.send(messageOf(SMALL, { body: cut(Buffer.from(SMALL)), size: SMALL.length - difference }));
      expect(result).toMatchObject({ outcome: 'body_failed', endOfDataReleased: false });
    }
    await server.allClosed();
    expect(server.messages).toEqual([]);
  });

  it.each(['before it is read', 'in the middle', 'by ending early'])('never ends when it fails %s', async (when) => {
    const session = await sessionWith(server);
    const body = () => {
      const stream = new PassThrough();
      if (when === 'before it is read') stream.destroy(new Error('no file'));
      else {
        stream.write(SMALL);
        setTimeout(() => stream.destroy(when === 'in the middle' ? new Error('bad disk') : undefined), 50);
      }
      return stream;
    };
    const result = await session.send(messageOf(SMALL, { body }));
    expect(result).toMatchObject({ outcome: 'body_failed', endOfDataReleased: false });
    expect(session.usable).toBe(false);
    await server.allClosed();
    expect(server.messages).toEqual([]);
    await session.close();
  });

  it('tells what it failed with', async () => {
    const session = await sessionWith(server);
    const badDisk = new Error('bad disk');
    const body = async function* () {
      yield Buffer.from(SMALL);
      throw badDisk;
    };
    expect(await session.send(messageOf(SMALL, { body, size: 1_000 }))).toMatchObject({ outcome: 'body_failed', cause: badDisk });
  });
});

describe('the source of a body', () => {
  it('is not asked before the server takes the message', async () => {
    server.script = { rcpt: '550 no' };
    const session = await sessionWith(server);
    let asked = 0;
    const body = () => (asked++, blocksOf(SMALL));
    expect(await session.send(messageOf(SMALL, { body }))).toMatchObject({ outcome: 'failed', bodyBegun: false });
    expect(asked).toBe(0);
    await session.close();
  });

  it('is left alone when the link is lost while it keeps silent', async () => {
    server.script = { body: { afterBytes: 1, action: 'reset' } };
    const session = await sessionWith(server);
    let isLeft = false;
    const body = () => {
      const blocks = [Buffer.from(LARGE.subarray(0, 100)), Buffer.from(LARGE.subarray(0, 100))];
      const next = async () => {
        const value = blocks.shift();
        return value === undefined ? new Promise<never>(() => undefined) : { value, done: false };
      };
      return { [Symbol.asyncIterator]: () => ({ next, return: async () => ((isLeft = true), { value: undefined, done: true as const }) }) };
    };
    expect(await session.send(messageOf(LARGE, { body }))).toMatchObject({
      outcome: 'failed',
      bodyBegun: true,
      fact: { kind: 'network', stage: 'data', reason: 'reset' },
    });
    expect(isLeft).toBe(true);
  });

  it('is not asked for more than the server takes', async () => {
    server.script = { body: { afterBytes: 500_000, action: 'stall' } };
    const session = await sessionWith(server, {}, { timeouts: IMPATIENT });
    let asked = 0;
    const body = async function* () {
      for await (const block of blocksOf(LARGE)) yield ((asked += block.length), block);
    };
    expect(await session.send(messageOf(LARGE, { body }))).toMatchObject({ fact: { stage: 'data', reason: 'timeout' } });
    expect(asked).toBeLessThan(LARGE.length);
  });
});
