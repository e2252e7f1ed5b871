// The thread that composes gives the bytes that `composeMessage` gives, and outlives a draft that can't be composed.
import { createHash, randomBytes } from 'node:crypto';
import { composeMessage, type DraftAttachment, type MessageDraft, readPkcs12 } from '@billing-mail/mail-core';
import { createLogger } from '@billing-mail/platform';
import { createTestIdentity } from '@billing-mail/testkit';
import { type Piscina } from 'piscina';
import { Composer } from './composer.js';

const FROM = 'e-invoice@platform.example';
const identityOf = ({ p12, passphrase } = createTestIdentity({ address: FROM })) => readPkcs12(p12, passphrase);
const SIGNERS = { one: identityOf(), another: identityOf(), nobody: null };

const CONTENTS = { 'a small file': [10], 'a file': [20_000], 'several files': [150_000, 10, 0], 'no file': [] };

const draftOf = (attachments: DraftAttachment[]): MessageDraft => ({
  from: { address: FROM, name: 'Müller & Söhne' },
  replyTo: null,
  to: [{ address: 'payables@customer.example', name: 'Kreditoren, Köln' }],
  cc: [],
  subject: 'Rechnung 2026-0042 über 100 €',
  date: new Date('2026-03-01T10:00:00Z'),
  messageId: '<0193@platform.example>',
  deliveryId: '0193',
  boundarySeed: '0193',
  text: 'Guten Tag',
  html: '<p>Guten Tag</p>',
  attachments,
});

function fileOf(size: number, index: number): DraftAttachment {
  return { filename: `${index}.pdf`, contentType: 'application/pdf', size, content: randomBytes(size) };
}

/** A draft of the same files, each with bytes of its own. */
const copyOf = (draft: MessageDraft): MessageDraft => ({
  ...draft,
  attachments: draft.attachments.map((file) => ({ ...file, content: Buffer.from(file.content as Buffer) })),
});

const logger = createLogger('composer', 'silent');

describe('the composer', () => {
  const composer = new Composer(logger);
  afterAll(() => composer.onApplicationShutdown());

  describe.each(Object.entries(SIGNERS))('signed by %s', (_signer, identity) => {
    it.each(Object.entries(CONTENTS))('gives the same bytes as `composeMessage`, and their hash: %s', async (_name, sizes) => {
      const draft = draftOf(sizes.map(fileOf));
      const expected = await composeMessage(draft, identity);
      const composed = await Promise.all([1, 2, 3].map(() => composer.compose(copyOf(draft), identity)));
      const sha256 = createHash('sha256').update(expected).digest('hex');
      for (const message of composed) expect([message.body.equals(expected), message.sha256]).toEqual([true, sha256]);
    });
  });

  it('hands the memory of a document over instead of copying it', async () => {
    const file = fileOf(150_000, 0);
    await composer.compose(draftOf([file]), null);
    expect(file.content).toHaveLength(0);
  });

  it('tells what is wrong with a draft, and composes the next one', async () => {
    await expect(composer.compose({ ...draftOf([]), subject: 'Invoice\r\nBcc: everyone' }, null)).rejects.toThrow(
      'Subject contains a line break or NUL',
    );
    expect((await composer.compose(draftOf([]), null)).body.length).toBeGreaterThan(0);
  });
});

describe('the process', () => {
  let composer: Composer;
  let kill: jest.SpyInstance;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout'] });
    composer = new Composer(logger);
    kill = jest.spyOn(process, 'kill').mockReturnValue(true);
  });
  afterEach(async () => {
    await composer.onApplicationShutdown();
    jest.useRealTimers();
  });

  it('ends when a message has kept the thread for a minute', async () => {
    const composed = composer.compose(draftOf([]), null);
    // Nothing that the thread says can arrive before the minute is over.
    jest.advanceTimersByTime(59_000);
    expect(kill).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1000);
    expect(kill).toHaveBeenCalledWith(process.pid, 'SIGKILL');
    await composed;
  });

  it('goes on while there is nothing to compose, or messages come from the thread', async () => {
    jest.advanceTimersByTime(600_000);
    for (let minute = 0; minute < 3; minute += 1) {
      const composed = composer.compose(draftOf([]), null);
      jest.advanceTimersByTime(59_000);
      await composed;
    }
    expect(kill).not.toHaveBeenCalled();
  });

  it('ends when the thread ends', async () => {
    await composer.compose(draftOf([]), null);
    const { threads } = (composer as unknown as { thread: Piscina }).thread;
    await threads[0]?.terminate();
    expect(kill).toHaveBeenCalledWith(process.pid, 'SIGKILL');
  });
});
