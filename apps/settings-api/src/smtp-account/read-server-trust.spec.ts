import { randomBytes, X509Certificate } from 'node:crypto';
import { type ServerTrust, type ServerTrustInput } from '@billing-mail/contracts';
import { clientKeyContext, CredentialBox } from '@billing-mail/platform';
import { createTestIdentity, tlsCertificates } from '@billing-mail/testkit';
import { readServerTrust, settleTrust, trustInWords, viewOfTrust } from './read-server-trust.js';

const box = new CredentialBox([{ id: 'k1', key: randomBytes(32) }]);
const { caPem, privateCaPem, keyPem, chainOf } = tlsCertificates();
const good = new X509Certificate(chainOf('good'));
const client = createTestIdentity({ address: 'billing@acme.example' });
const file = client.p12.toString('base64');
const DAY_MS = 24 * 60 * 60 * 1000;

/** Returns the trust as it would be stored, or the error messages by pointer. */
async function read(input: ServerTrustInput | null | undefined, stored?: ServerTrust, now = new Date()) {
  const given = await readServerTrust('acme', input, box, now);
  if ('errors' in given) return Object.fromEntries(given.errors.map(({ pointer, message }) => [pointer, message]));
  const settled = settleTrust(given, stored);
  return 'error' in settled ? { [settled.error.pointer]: settled.error.message } : settled.tls;
}

describe('readServerTrust', () => {
  const { passphrase } = client;
  const damaged = caPem.replace(/[A-Za-z0-9+/]{20}/, 'AAAAAAAAAAAAAAAAAAAA');
  const ended = createTestIdentity({
    ...{ address: 'billing@acme.example', validFrom: new Date(Date.now() - 9 * DAY_MS), validTo: new Date(Date.now() - DAY_MS) },
  });
  it.each<[string, ServerTrustInput, string, RegExp]>([
    ['no certificate', { ca: 'hello' }, '/smtp/tls/ca', /no certificate in PEM/],
    ['a damaged one', { ca: damaged }, '/smtp/tls/ca', /is damaged/],
    ['a private key with it', { ca: caPem + keyPem }, '/smtp/tls/ca', /private key, which must stay secret/],
    ['a server in place of an authority', { ca: chainOf('good') }, '/smtp/tls/ca', /of a server and not of an authority; pin it/],
    ['half a fingerprint', { pin: good.fingerprint256.slice(0, 40) }, '/smtp/tls/pin', /SHA-256 fingerprint \(64/],
    ['a fingerprint of SHA-1', { pin: good.fingerprint }, '/smtp/tls/pin', /SHA-256 fingerprint \(64/],
    ['a damaged pin', { pin: damaged }, '/smtp/tls/pin', /is damaged/],
    ['a pin that has a private key', { pin: chainOf('good') + keyPem }, '/smtp/tls/pin', /private key/],
    ['several pins', { pin: chainOf('good') + caPem }, '/smtp/tls/pin', /has several certificates/],
    ['an expired pin', { pin: chainOf('expired') }, '/smtp/tls/pin', /expired on \d{4}-\d\d-\d\d; ask/],
    ['a pin of the future', { pin: chainOf('not_yet_valid') }, '/smtp/tls/pin', /valid only from \d{4}-\d\d-\d\d on/],
    ['an authority and a pin', { ca: caPem, pin: good.fingerprint256 }, '/smtp/tls/pin', /leave out either the authority or the pin/],
    ['a wrong passphrase', { clientCertificate: { file, passphrase: 'wrong' } }, '/smtp/tls/clientCertificate/passphrase', /does not open/],
    ['no PKCS#12', { clientCertificate: { file: 'AAAA', passphrase } }, '/smtp/tls/clientCertificate/file', /no PKCS#12/],
    [
      'an expired certificate to show',
      { clientCertificate: { file: ended.p12.toString('base64'), passphrase: ended.passphrase } },
      '/smtp/tls/clientCertificate/file',
      /expired on/,
    ],
    ['none to keep', { clientCertificate: {} }, '/smtp/tls/clientCertificate/file', /none is stored yet/],
  ])('refuses %s, and says why', async (_case, input, pointer, words) => {
    expect(await read(input)).toEqual({ [pointer]: expect.stringMatching(words) });
  });

  it('takes what is pasted with words around it, and fingerprints in each form', async () => {
    expect(await read({ ca: `Our authority:\r\n${caPem}\r\n${privateCaPem}` })).toEqual({
      ca: String(new X509Certificate(caPem)) + String(new X509Certificate(privateCaPem)),
    });
    for (const pin of [good.fingerprint256, good.fingerprint256.toLowerCase().replaceAll(':', ''), ` ${good.fingerprint256}\n`])
      expect(await read({ pin })).toEqual({ pin: good.fingerprint256 });
    expect(await read({ pin: chainOf('good') })).toEqual({ pin: String(good) });
  });

  it('is as usual where nothing is written, or only blanks', async () => {
    for (const input of [undefined, null, {}, { ca: '  ', pin: null, clientCertificate: null }]) expect(await read(input)).toBeUndefined();
  });

  it('lets a team change something else when what it has stored ends', async () => {
    const stored = { ca: String(new X509Certificate(caPem)) };
    const later = new Date(Date.now() + 60 * DAY_MS);
    expect(await read(stored, stored, later)).toEqual(stored);
    expect(await read({ ca: privateCaPem }, stored, later)).toEqual({ '/smtp/tls/ca': expect.stringMatching(/expired on/) });
  });

  it('seals the key of a certificate for the team and the certificate, keeps it when what was read is written back, and shows no key', async () => {
    const tls = (await read({ clientCertificate: { file, passphrase } })) as ServerTrust;
    const shown = new X509Certificate(client.certificatePem);
    expect(tls).toMatchObject({ clientCertificate: { fingerprint: shown.fingerprint256, validTo: new Date(shown.validTo).toISOString() } });
    const { keySealed = '' } = tls.clientCertificate ?? {};
    expect(Buffer.from(box.open(keySealed, clientKeyContext('acme', shown.raw)), 'base64').length).toBeGreaterThan(1000);
    expect(() => box.open(keySealed, clientKeyContext('globex', shown.raw))).toThrow();
    const written = viewOfTrust(tls) as ServerTrustInput;
    expect(await read(written, tls)).toEqual(tls);
  });
});

describe('trustInWords', () => {
  it('names who is trusted, and until when', () => {
    expect(trustInWords(undefined)).toBeNull();
    expect(trustInWords(good.fingerprint256)).toBe(good.fingerprint256);
    expect(trustInWords(caPem)).toMatch(/^CN=Scripted SMTP test CA \((?:[0-9A-F]{2}:){31}[0-9A-F]{2}, until \d{4}-\d\d-\d\d\)$/);
  });
});
