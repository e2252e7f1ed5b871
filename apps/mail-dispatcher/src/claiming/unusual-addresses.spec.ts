// Addresses that exist although many systems refuse them: non-ASCII letters before the @, and a dot directly before it.
import { type DeliveryView } from '@billing-mail/contracts';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const BEYOND_ASCII = 'jürgen.größe@customer.example';
const OLD_FORM = 'user.@docomo.ne.jp';

describe('an unusual address', () => {
  let harness: Harness;
  beforeAll(async () => {
    // One message per session, because a kept session remembers what its server offered in the previous test.
    harness = await startHarness({ env: { SMTP_SESSION_MESSAGES: '1' } });
  });
  afterAll(() => harness.stop());
  beforeEach(async () => {
    await harness.reset();
    await harness.saveSettings(teamSettings('acme'));
  });

  const sendTo = async (...addresses: string[]): Promise<DeliveryView> => {
    const job = invoice({ to: addresses.map((address) => ({ address })) });
    await harness.publish(job);
    return harness.until('acme', job.key);
  };
  /** Returns the MAIL and RCPT commands that the server received, without the SIZE parameter. */
  const envelopes = (server = harness.platform): string[] =>
    server.connections
      .flatMap(({ commands }) => commands)
      .filter((command) => /^(?:MAIL|RCPT)/.test(command))
      .map((command) => command.replace(/ SIZE=\d+/, ''));
  const withoutSmtpUtf8 = { extensions: ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES'] };

  it('beyond ASCII gets its document where the server offers SMTPUTF8', async () => {
    expect(await sendTo(BEYOND_ASCII)).toMatchObject({
      status: 'sent',
      recipients: [{ address: BEYOND_ASCII, status: 'accepted' }],
      attempts: [{ outcome: 'accepted' }],
    });
    expect(envelopes()).toEqual([expect.stringMatching(/^MAIL FROM:<.*> SMTPUTF8$/), `RCPT TO:<${BEYOND_ASCII}>`]);
  });

  it('beyond ASCII is told of at once where the server does not offer it: the server is asked nothing, and no second try is waited for', async () => {
    harness.platform.script = withoutSmtpUtf8;
    const delivery = await sendTo(BEYOND_ASCII);
    expect(delivery).toMatchObject({
      status: 'failed',
      failure: { code: 'recipient_needs_smtputf8' },
      recipients: [{ status: 'rejected' }],
      attempts: [{ outcome: 'failed', stage: 'rcpt', code: null }],
    });
    expect(envelopes()).toEqual([]);
    expect(await harness.outcomeOf(delivery.key)).toMatchObject({
      delivery: { status: 'failed', troubled: [{ address: BEYOND_ASCII, failure: { code: 'recipient_needs_smtputf8' } }] },
    });
  });

  it('beyond ASCII keeps nobody else from the document', async () => {
    harness.platform.script = withoutSmtpUtf8;
    expect(await sendTo(BEYOND_ASCII, 'payables@customer.example')).toMatchObject({
      status: 'partly_sent',
      recipients: [{ status: 'rejected' }, { status: 'accepted' }],
    });
    expect(envelopes()).toEqual([expect.not.stringContaining('SMTPUTF8'), 'RCPT TO:<payables@customer.example>']);
  });

  it("beyond ASCII goes on to the platform at once where only the team's server does not offer it", async () => {
    harness.custom.script = withoutSmtpUtf8;
    await harness.saveSettings(teamSettings('acme', { sender: 'custom', smtp: ownServer(harness.custom.port), fallback: true }));
    expect(await sendTo(BEYOND_ASCII)).toMatchObject({
      status: 'sent',
      usedFallback: true,
      attempts: [{ route: 'custom' }, { route: 'platform', outcome: 'accepted' }],
    });
    expect(envelopes(harness.custom)).toEqual([]);
  });

  it('of an old form goes out, in quotes, where nothing beyond ASCII is offered', async () => {
    harness.platform.script = withoutSmtpUtf8;
    expect(await sendTo(OLD_FORM)).toMatchObject({ status: 'sent', recipients: [{ address: OLD_FORM, status: 'accepted' }] });
    expect(envelopes()).toEqual([expect.not.stringContaining('SMTPUTF8'), 'RCPT TO:<"user."@docomo.ne.jp>']);
  });
});
