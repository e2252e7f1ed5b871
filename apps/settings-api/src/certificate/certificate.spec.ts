// A team's own certificate over HTTP on the real service: what it accepts, what it refuses and why, and that it never shows a secret.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import {
  CERTIFICATE_USES,
  CERTIFICATES_ENDING,
  type EndingCertificate,
  type SettingsChangeRecord,
  SETTINGS_GET,
  type TeamMailSettings,
} from '@billing-mail/contracts';
import { CredentialBox, transportClient, signingKeyContext } from '@billing-mail/platform';
import forge from 'node-forge';
import { createTestIdentity, newRsaKeyPem, packPkcs12, seemingRsaKeyPem, tlsCertificates } from '@billing-mail/testkit';
import { lastValueFrom } from 'rxjs';
import { startTestSettingsApi, type TestSettingsApi } from '../testing/start-test-settings-api.js';

const FROM = 'billing@acme.example';
const SETTINGS_PATH = '/v1/teams/acme/email-delivery';
const PATH = `${SETTINGS_PATH}/certificate`;
const DAY_MS = 24 * 60 * 60 * 1000;
const smtp = { host: 'smtp.acme.example', port: 587, security: 'starttls', auth: { type: 'none' }, fromAddress: FROM };
const settings = { companyName: 'ACME GmbH', sender: 'custom', smtp };
const identity = createTestIdentity({ address: FROM });

/** Returns a certificate that names a public root as its issuer, but is signed with its own key. */
function inTheNameOfAPublicRoot(): string {
  const root = rootCertificates.find((pem) => new X509Certificate(pem).subject.includes('CN=ISRG Root X1')) ?? '';
  const certificate = forge.pki.certificateFromPem(identity.certificatePem);
  certificate.setIssuer(forge.pki.certificateFromPem(root).subject.attributes);
  certificate.sign(forge.pki.privateKeyFromPem(identity.keyPem), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

describe("the certificate of a team's own", () => {
  let api: TestSettingsApi;
  let answers = '';

  beforeAll(async () => {
    api = await startTestSettingsApi({ RATE_LIMITS: 'certificates=1000/1m' });
  });
  afterAll(() => api.stop());

  const call = async (method: 'get' | 'put' | 'delete', path: string, body?: object, claims?: object) => {
    const response = await api.call(method, path, { body, ...(claims === undefined ? {} : { claims }) });
    answers += response.text + JSON.stringify(response.headers);
    return response;
  };
  const set = (p12: Buffer, passphrase: string) => call('put', PATH, { file: p12.toString('base64'), passphrase });
  const setTest = (request: Partial<Parameters<typeof createTestIdentity>[0]>) => {
    const made = createTestIdentity({ address: FROM, ...request });
    return set(made.p12, made.passphrase);
  };

  it('waits for a server with a sender address', async () => {
    expect((await set(identity.p12, identity.passphrase)).status).toBe(404);
    await call('put', SETTINGS_PATH, { companyName: 'ACME GmbH' });
    expect((await set(identity.p12, identity.passphrase)).body).toMatchObject({
      status: 409,
      detail: expect.stringMatching(/sender address/),
    });
    await call('put', SETTINGS_PATH, settings);
    expect((await call('get', PATH)).status).toBe(404);
  });

  it.each<[string, object, RegExp, () => Promise<{ body: unknown }>]>([
    ['a wrong passphrase', { pointer: '/passphrase' }, /does not open the file/, () => set(identity.p12, 'wrong')],
    ['PEM', {}, /is PEM; export/, () => set(Buffer.from(identity.certificatePem), '')],
    ['something else', {}, /no PKCS#12 file/, () => set(Buffer.from('%PDF-1.7'), '')],
    ['what is no base64', {}, /in base64/, () => call('put', PATH, { file: 'ä', passphrase: '' })],
    ['a key of another', {}, /do not belong together/, () => set(packPkcs12(newRsaKeyPem(), [identity.certificatePem], 'x'), 'x')],
    ['a weak key', {}, /less than 2048 bits/, () => setTest({ keyPem: newRsaKeyPem(1024) })],
    ['a key that takes too long to sign with', {}, /more than 8192 bits/, () => setTest({ keyPem: seemingRsaKeyPem(16_384) })],
    [
      'another address',
      {},
      /is for boss@acme.example and not for the sender billing@acme.example/,
      () => setTest({ addresses: ['boss@acme.example'] }),
    ],
    ['no address', {}, /names no e-mail address/, () => setTest({ addresses: [] })],
    ['one for encryption', {}, /not meant for signatures/, () => setTest({ keyUsage: { keyEncipherment: true } })],
    ['one for web servers', {}, /not meant for e-mail/, () => setTest({ extendedKeyUsage: { serverAuth: true } })],
    [
      'an expired one',
      {},
      /expired on/,
      () => setTest({ validFrom: new Date(Date.now() - 9 * DAY_MS), validTo: new Date(Date.now() - DAY_MS) }),
    ],
    ['one of the future', {}, /valid only from/, () => setTest({ validFrom: new Date(Date.now() + DAY_MS) })],
    [
      'one without its issuers',
      {},
      /lacks the certificates of its issuers/,
      () => set(packPkcs12(identity.keyPem, [identity.certificatePem], 'x'), 'x'),
    ],
    [
      'one that only names a public authority',
      {},
      /lacks the certificates of its issuers/,
      () => set(packPkcs12(identity.keyPem, [inTheNameOfAPublicRoot()], 'x'), 'x'),
    ],
  ])('refuses %s, and says why', async (_case, where, words, put) => {
    expect((await put()).body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/file', ...where, message: expect.stringMatching(words) }],
    });
    expect((await call('get', PATH)).status).toBe(404);
  });

  it('is set by an admin alone, shown without its key, and told in the history', async () => {
    const body = { file: identity.p12.toString('base64'), passphrase: identity.passphrase };
    expect((await call('put', PATH, body, { sub: 'u-member', teams: { acme: 'member' } })).status).toBe(403);
    expect((await call('put', PATH, body, { sub: 'u-other', teams: { other: 'admin' } })).status).toBe(404);
    const certificate = new X509Certificate(identity.certificatePem);
    const view = {
      subject: 'CN=Test Sender',
      addresses: [FROM],
      issuer: 'CN=Billing Mail Test Issuing CA, O=Billing Mail Test',
      fingerprint: certificate.fingerprint256,
      validFrom: new Date(certificate.validFrom).toISOString(),
      validTo: new Date(certificate.validTo).toISOString(),
    };
    expect((await call('put', PATH, body)).body).toEqual(view);
    expect((await call('get', PATH, undefined, { sub: 'u-member', teams: { acme: 'member' } })).body).toEqual(view);
    expect((await call('get', SETTINGS_PATH)).body).toMatchObject({ version: 3, certificate: view });
    const { items } = (await call('get', `${SETTINGS_PATH}/history`)).body as { items: SettingsChangeRecord[] };
    expect(items[0]).toMatchObject({
      version: 3,
      changedBy: 'u-admin',
      changes: [
        { pointer: '/certificate/fingerprint', from: null, to: view.fingerprint },
        { pointer: '/certificate/validTo', from: null, to: view.validTo },
      ],
    });
    await call('put', PATH, body);
    expect((await call('get', SETTINGS_PATH)).body).toMatchObject({ version: 3 });
  });

  it('stays when the settings are written back, and holds its sender', async () => {
    const { body: read } = await call('get', SETTINGS_PATH);
    expect((await call('put', SETTINGS_PATH, { ...(read as object), companyName: 'ACME AG' })).body).toMatchObject({
      certificate: { addresses: [FROM] },
    });
    const moved = await call('put', SETTINGS_PATH, { ...settings, smtp: { ...smtp, fromAddress: 'new@acme.example' } });
    expect(moved.body).toMatchObject({
      status: 422,
      errors: [
        {
          pointer: '/smtp/fromAddress',
          message: expect.stringMatching(/not an address of your signing certificate \(billing@acme.example\)/),
        },
      ],
    });
  });

  it('travels to the dispatchers with its chain, its key sealed for this certificate', async () => {
    const client = transportClient({ REDIS_URL: api.redis.url });
    const sent = await lastValueFrom(client.send<TeamMailSettings>(SETTINGS_GET, { teamId: 'acme' }));
    await client.close();
    const { chain = [], keySealed = '' } = sent.certificate ?? {};
    const [own, issuer] = chain.map((der) => new X509Certificate(Buffer.from(der, 'base64')));
    expect(issuer?.raw).toEqual(new X509Certificate(identity.chainPem[0] ?? '').raw);
    const box = new CredentialBox(api.env.SECRET_KEYS);
    const key = box.open(keySealed, signingKeyContext('acme', own?.raw ?? Buffer.alloc(0)));
    expect(own?.checkPrivateKey(createPrivateKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'pkcs8' }))).toBe(true);
    expect(() => box.open(keySealed, signingKeyContext('acme', issuer?.raw ?? Buffer.alloc(0)))).toThrow(/another team, field or server/);
  });

  it('is among those that end before long when it does', async () => {
    const client = transportClient({ REDIS_URL: api.redis.url });
    const endingWithin = (days: number, uses: object = {}) =>
      lastValueFrom(
        client.send<EndingCertificate[]>(CERTIFICATES_ENDING, {
          after: new Date().toISOString(),
          before: new Date(Date.now() + days * DAY_MS).toISOString(),
          ...uses,
        }),
      );
    expect(await endingWithin(31)).toEqual([]);
    expect(await endingWithin(366)).toMatchObject([{ teamId: 'acme', addresses: [FROM], notifyUserIds: [], locale: 'en' }]);
    // The certificates by which the server is trusted and the one that is shown to it expire as well.
    const uses = { uses: CERTIFICATE_USES };
    const trusting = (tls: object) => call('put', SETTINGS_PATH, { ...settings, smtp: { ...smtp, tls } });
    const clientCertificate = { file: identity.p12.toString('base64'), passphrase: identity.passphrase };
    expect((await trusting({ ca: tlsCertificates().caPem, clientCertificate })).status).toBe(200);
    expect(await endingWithin(366)).toHaveLength(1);
    expect(await endingWithin(31, uses)).toEqual([
      {
        ...{ teamId: 'acme', use: 'authority', subject: 'CN=Scripted SMTP test CA', addresses: [] },
        ...{ validTo: expect.any(String), notifyUserIds: [], locale: 'en' },
      },
    ]);
    expect((await endingWithin(366, uses)).map(({ use }) => use).sort()).toEqual(['authority', 'client', 'signature']);
    expect((await trusting({ pin: tlsCertificates().chainOf('good') })).status).toBe(200);
    expect(await endingWithin(31, uses)).toMatchObject([{ use: 'pin', subject: 'CN=smtp.test' }]);
    expect((await call('put', SETTINGS_PATH, settings)).status).toBe(200);
    expect(await endingWithin(31, uses)).toEqual([]);
    await client.close();
  });

  it('is forgotten when it is removed', async () => {
    expect((await call('delete', PATH)).status).toBe(204);
    expect((await call('get', PATH)).status).toBe(404);
    expect((await call('delete', PATH)).status).toBe(404);
    expect((await call('get', SETTINGS_PATH)).body).toMatchObject({ certificate: null });
    const { items } = (await call('get', `${SETTINGS_PATH}/history`)).body as { items: SettingsChangeRecord[] };
    expect(items[0]?.changes).toMatchObject([
      { pointer: '/certificate/fingerprint', to: null },
      { pointer: '/certificate/validTo', to: null },
    ]);
  });

  it('shows neither key nor passphrase in any answer or line of the log', () => {
    const key = createPrivateKey(identity.keyPem).export({ type: 'pkcs8', format: 'der' }).toString('base64');
    for (const secret of [key.slice(40, 100), identity.passphrase, JSON.stringify(identity.passphrase).slice(1, -1), 'keySealed'])
      expect(answers + api.log()).not.toContain(secret);
  });
});
