// Mail by a team's own server is signed with the team's own certificate: valid for receivers, the same in every try, never unsigned by
// mistake. And it only goes to a server whose certificate the team trusts.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type ServerTrust, type TeamCertificate, type TeamMailSettings } from '@billing-mail/contracts';
import { clientKeyContext, CredentialBox, signingKeyContext } from '@billing-mail/platform';
import {
  createTestIdentity,
  eventually,
  type SmtpScript,
  type TestIdentity,
  times,
  tlsCertificates,
  verifyWithGpgsm,
  verifyWithNss,
  verifyWithOpenssl,
} from '@billing-mail/testkit';
import { type Harness, invoice, ownServer, PLATFORM_FROM, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const FROM = 'billing@acme.example';
const DAY_MS = 24 * 60 * 60 * 1000;
const pem = (text: string) => new X509Certificate(text).raw;

describe("a team's own signature", () => {
  let harness: Harness;
  const identity = createTestIdentity({ address: FROM });

  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.stop());
  afterEach(() => harness.reset());

  const certificateOf = (teamId: string, { certificatePem, chainPem, keyPem }: TestIdentity): TeamCertificate => {
    const { fingerprint256, validFrom, validTo } = new X509Certificate(certificatePem);
    const key = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' }).toString('base64');
    return {
      ...{ subject: 'CN=ACME', addresses: [FROM], issuer: 'CN=CA', fingerprint: fingerprint256 },
      ...{ validFrom: new Date(validFrom).toISOString(), validTo: new Date(validTo).toISOString() },
      chain: [certificatePem, chainPem[0] ?? ''].map((text) => pem(text).toString('base64')),
      keySealed: new CredentialBox(harness.env.SECRET_KEYS).seal(key, signingKeyContext(teamId, pem(certificatePem))),
    };
  };
  const save = (certificate: TeamCertificate | null, changes: Partial<TeamMailSettings> = {}) =>
    harness.saveSettings(teamSettings('acme', { sender: 'custom', smtp: ownServer(harness.custom.port), certificate, ...changes }));
  const send = async () => {
    const job = invoice();
    await harness.publish(job);
    return job.key;
  };

  it('is what receivers find good, for the sender', async () => {
    await save(certificateOf('acme', identity));
    const delivery = await harness.until('acme', await send());
    expect(delivery).toMatchObject({ status: 'sent', route: 'custom', signed: true });
    const raw = harness.rawOf(delivery, harness.custom);
    const verified = await Promise.all([
      verifyWithOpenssl(raw, { caPem: identity.caPem, from: FROM }),
      verifyWithGpgsm(raw, { caPem: identity.caPem }),
      verifyWithNss(raw, { caPem: identity.caPem }),
    ]);
    expect(verified).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
    expect(await verifyWithOpenssl(raw, { caPem: identity.caPem, from: PLATFORM_FROM })).toMatchObject({ ok: false });
  });

  it('stays the same in all tries, also when the certificate is replaced in between', async () => {
    await save(certificateOf('acme', identity));
    harness.custom.script = { final: times(1, '451 4.3.0 later', '250 ok') };
    const key = await send();
    await harness.until('acme', key, ({ attempts }) => attempts.length > 0);
    await save(certificateOf('acme', createTestIdentity({ address: FROM })));
    const delivery = await harness.until('acme', key);
    expect(delivery).toMatchObject({ status: 'sent', signed: true });
    expect(delivery.attempts).toHaveLength(2);
    expect(
      await harness.sql.rows('SELECT DISTINCT message_sha256 FROM dispatch.attempts WHERE delivery_id = $1', [delivery.id]),
    ).toHaveLength(1);
  });

  it('is missing where the team has no certificate, or has one for another sender than the document was taken with', async () => {
    await save(null);
    expect(await harness.until('acme', await send())).toMatchObject({ status: 'sent', signed: false });
    await save(certificateOf('acme', createTestIdentity({ address: 'other@acme.example' })));
    expect(await harness.until('acme', await send())).toMatchObject({ status: 'sent', signed: false });
  });

  it("is the platform's where the platform takes over", async () => {
    await save(certificateOf('acme', identity), { smtp: ownServer(1), fallback: true });
    const delivery = await harness.until('acme', await send());
    expect(delivery).toMatchObject({ status: 'sent', usedFallback: true, signed: true });
    expect(await verifyWithOpenssl(harness.rawOf(delivery), { caPem: harness.identity.caPem, from: PLATFORM_FROM })).toMatchObject({
      ok: true,
    });
  });

  it('is waited for when the certificate has expired, and goes out with the new one at once', async () => {
    const ended = { validFrom: new Date(Date.now() - 9 * DAY_MS), validTo: new Date(Date.now() - DAY_MS) };
    await save(certificateOf('acme', createTestIdentity({ address: FROM, ...ended })));
    const key = await send();
    const waiting = await harness.until('acme', key, ({ failure }) => failure !== null);
    expect(waiting).toMatchObject({ settledAt: null, failure: { code: 'certificate_expired' }, attempts: [] });
    expect(harness.custom.messages).toEqual([]);
    await save(certificateOf('acme', identity));
    expect(await harness.until('acme', key)).toMatchObject({ status: 'sent', signed: true });
  });

  describe('over a link that is trusted in a way of the team', () => {
    const { caPem, privateCaPem, keyPem, chainOf } = tlsCertificates();
    const over = (script: SmtpScript, tls: ServerTrust) => {
      harness.custom.script = { security: 'starttls', ...script };
      return save(null, { smtp: ownServer(harness.custom.port, { security: 'starttls', tls }) });
    };
    const tryOnce = async () => {
      const key = await send();
      // A delivery that waits without a try, for example for settings on a busy machine, has not reached the server yet.
      return harness.until(
        'acme',
        key,
        ({ failure, settledAt, attempts }) => settledAt !== null || (failure !== null && attempts.length > 0),
      );
    };
    const shown = (): ServerTrust => {
      const clientCertificate = certificateOf('acme', { ...identity, certificatePem: chainOf('good'), keyPem, chainPem: [caPem] });
      const key = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' }).toString('base64');
      const keySealed = new CredentialBox(harness.env.SECRET_KEYS).seal(key, clientKeyContext('acme', pem(chainOf('good'))));
      return { clientCertificate: { ...clientCertificate, keySealed } };
    };

    it('goes out by the authority of the team, and no longer by the session that was open when another certificate is pinned', async () => {
      await over({ certificate: 'private_authority' }, {});
      expect(await tryOnce()).toMatchObject({ failure: { code: expect.stringMatching(/^smtp_certificate_(?:untrusted|incomplete)$/) } });
      await over({ certificate: 'private_authority' }, { ca: privateCaPem });
      expect(await tryOnce()).toMatchObject({ status: 'sent' });
      await over({ certificate: 'private_authority' }, { pin: chainOf('good') });
      expect(await tryOnce()).toMatchObject({ failure: { code: 'smtp_certificate_not_pinned' } });
      await over({ certificate: 'private_authority' }, { pin: chainOf('private_authority') });
      expect(await tryOnce()).toMatchObject({ status: 'sent' });
    });

    it('shows the certificate of the team to a server that wants one', async () => {
      await over({ clientAuthorities: caPem }, {});
      expect(await tryOnce()).toMatchObject({ failure: { code: 'smtp_client_certificate_wanted' } });
      await over({ clientAuthorities: caPem }, shown());
      expect(await tryOnce()).toMatchObject({ status: 'sent' });
    });
  });

  it('has its end told 30, 14 and 3 days ahead and once it has ended, to its team, once by all processes', async () => {
    const daysLeft = { early: 31.5, month: 29.5, fortnight: 13.5, soon: 2.5, ended: -0.5, gone: -8 };
    const certificate = certificateOf('acme', identity);
    for (const [teamId, days] of Object.entries(daysLeft)) {
      const validTo = new Date(Date.now() + days * DAY_MS).toISOString();
      const settings = { certificate: { ...certificate, validTo }, notifyUserIds: ['u3'], locale: 'de' as const };
      await harness.saveSettings(teamSettings(teamId, { sender: 'custom', smtp: ownServer(harness.custom.port), ...settings }));
    }
    // A client certificate that expires when the signing certificate of the team `month` does.
    const validTo = harness.teams.get('month')?.certificate?.validTo ?? '';
    const shown = { ...certificate, validTo, subject: 'CN=client' };
    const smtp = ownServer(harness.custom.port, { tls: { clientCertificate: shown } });
    await harness.saveSettings({ ...teamSettings('month', { sender: 'custom' }), ...harness.teams.get('month'), smtp });
    await harness.startDispatcher();
    await harness.startDispatcher();
    const all = () => harness.outcomes.filter(({ type }) => type === 'own_certificate_expiring');
    const isOf = (use: string) => (event: object) => ('use' in event ? event.use : 'signature') === use;
    const told = () => all().filter(isOf('signature'));
    await eventually(all, ({ length }) => length >= 5);
    expect(all().filter(isOf('client'))).toMatchObject([{ teamId: 'month', subject: 'CN=client', daysLeft: 29, addresses: [] }]);
    const about = { addresses: [FROM], notifyUserIds: ['u3'], teamLocale: 'de', requestedBy: null };
    expect([...told()].sort((a, b) => Number('daysLeft' in b && b.daysLeft) - Number('daysLeft' in a && a.daysLeft))).toMatchObject([
      { ...about, teamId: 'month', daysLeft: 29 },
      { ...about, teamId: 'fortnight', daysLeft: 13 },
      { ...about, teamId: 'soon', daysLeft: 2 },
      { ...about, teamId: 'ended', daysLeft: -1 },
    ]);
    const known = await harness.sql.rows(
      `SELECT team_id AS team, days FROM dispatch.certificate_warnings WHERE team_id <> '' AND team_id NOT LIKE '% %' ORDER BY days`,
    );
    expect(known).toEqual([
      { team: 'ended', days: -1 },
      { team: 'soon', days: 3 },
      { team: 'fortnight', days: 14 },
      { team: 'month', days: 30 },
    ]);
  });
});
