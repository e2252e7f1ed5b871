import { createCipheriv, randomBytes } from 'node:crypto';
import {
  clientKeyContext,
  CredentialBox,
  dataSourceOptions,
  mailConnectionContext,
  mailSignInContext,
  migrate,
  type SecretKey,
  signingKeyContext,
  smtpPasswordContext,
} from '@billing-mail/platform';
import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { DataSource } from 'typeorm';
import { settingsSchema } from '../settings.schema.js';
import { resealSecrets } from './reseal-secrets.js';

const newKey = { id: 'new', key: randomBytes(32) };
const oldKey = { id: 'old', key: randomBytes(32) };
const lostKey = { id: 'lost', key: randomBytes(32) };
const server = { host: 'smtp.acme.example', port: 587, security: 'starttls', fromAddress: 'a@acme.example' };
const contextOf = (teamId: string) => smtpPasswordContext(teamId, { ...server, auth: { username: 'billing' } });

/** Returns a seal of the earlier format, which was not bound to the account. */
function sealedEarlier(teamId: string, { id, key }: SecretKey, clear: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(JSON.stringify(['v1', id, teamId, 'smtp.password'])));
  const text = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
  return ['v1', id, ...[iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join('.');
}

describe('resealSecrets', () => {
  let database: TestDatabase;
  let source: DataSource;
  const smtpOf = async (teamId: string) => {
    const [row] = await source.query<{ smtp: { auth: { passwordSealed: string } }; version: number }[]>(
      'SELECT smtp, version FROM settings.team_email_delivery WHERE team_id = $1',
      [teamId],
    );
    return row;
  };
  const store = (teamId: string, auth: object | null) =>
    source.query(
      `INSERT INTO settings.team_email_delivery VALUES ($1, 7, 'ACME', NULL, 'en', '[]', '[]', 'platform', $2, false, '[]', now(), 'u1')`,
      [teamId, auth === null ? null : JSON.stringify({ ...server, auth })],
    );
  const withPassword = (passwordSealed: string) => ({ type: 'password', username: 'billing', passwordSealed });

  beforeAll(async () => {
    database = await startTestDatabase();
    await migrate(database.url, settingsSchema);
    source = await new DataSource(dataSourceOptions(database.url, settingsSchema)).initialize();
    await store('earlier', withPassword(sealedEarlier('earlier', oldKey, 'geheim')));
    await store('earlier-format', withPassword(sealedEarlier('earlier-format', newKey, 'geheim')));
    await store('old-key', withPassword(new CredentialBox([oldKey]).seal('geheim', contextOf('old-key'))));
    await store('current', withPassword(new CredentialBox([newKey]).seal('geheim', contextOf('current'))));
    await store('no-sign-in', { type: 'none' });
    await store('no-server', null);
  });
  afterAll(async () => {
    await source.destroy();
    await database.stop();
  });

  it('moves every password to the first key and its whole account, and leaves everything else as it is', async () => {
    const current = await smtpOf('current');
    expect(await resealSecrets(source, [newKey, oldKey])).toEqual({ secrets: 4, moved: 3, left: [] });
    for (const teamId of ['earlier', 'earlier-format', 'old-key', 'current']) {
      const row = await smtpOf(teamId);
      expect(row).toMatchObject({ smtp: server, version: 7 });
      expect(row?.smtp.auth.passwordSealed).toMatch(/^v2\.new\./);
      expect(new CredentialBox([newKey]).open(row?.smtp.auth.passwordSealed ?? '', contextOf(teamId))).toBe('geheim');
    }
    expect(await smtpOf('current')).toEqual(current);
    expect(await resealSecrets(source, [newKey])).toEqual({ secrets: 4, moved: 0, left: [] });
  });

  it('moves the key of a certificate as well', async () => {
    const context = signingKeyContext('signing', Buffer.from('certificate'));
    await store('signing', null);
    const sealed = new CredentialBox([oldKey]).seal('key', context);
    const certificate = { chain: [Buffer.from('certificate').toString('base64')], keySealed: sealed };
    await source.query(`UPDATE settings.team_email_delivery SET certificate = $1 WHERE team_id = 'signing'`, [JSON.stringify(certificate)]);
    expect(await resealSecrets(source, [newKey, oldKey])).toEqual({ secrets: 5, moved: 1, left: [] });
    const [row] = await source.query<{ key: string }[]>(
      `SELECT certificate ->> 'keySealed' AS key FROM settings.team_email_delivery WHERE team_id = 'signing'`,
    );
    await source.query(`DELETE FROM settings.team_email_delivery WHERE team_id = 'signing'`);
    expect(new CredentialBox([newKey]).open(row?.key ?? '', context)).toBe('key');
  });

  it('moves the key of a certificate that the server is shown as well', async () => {
    const der = Buffer.from('certificate');
    const context = clientKeyContext('showing', der);
    const clientCertificate = { chain: [der.toString('base64')], keySealed: new CredentialBox([oldKey]).seal('key', context) };
    await store('showing', null);
    await source.query(`UPDATE settings.team_email_delivery SET smtp = $1 WHERE team_id = 'showing'`, [
      JSON.stringify({ ...server, auth: { type: 'none' }, tls: { clientCertificate } }),
    ]);
    expect(await resealSecrets(source, [newKey, oldKey])).toEqual({ secrets: 5, moved: 1, left: [] });
    const [row] = await source.query<{ key: string }[]>(
      `SELECT smtp #>> '{tls,clientCertificate,keySealed}' AS key FROM settings.team_email_delivery WHERE team_id = 'showing'`,
    );
    await source.query(`DELETE FROM settings.team_email_delivery WHERE team_id = 'showing'`);
    expect(new CredentialBox([newKey]).open(row?.key ?? '', context)).toBe('key');
  });

  it('moves the secrets of connected mailboxes as well, and names the teams whose secrets no first key opens', async () => {
    const identity = { provider: 'microsoft', issuer: 'https://id.example', clientId: null, mailbox: 'billing@acme.example' };
    const SECRETS = ['client_secret', 'refresh_token', 'access_token'] as const;
    const connect = (teamId: string, key: SecretKey, sealedFor = teamId) =>
      source.query(
        `INSERT INTO settings.mail_connections (team_id, id, provider, issuer, grant_kind, mailbox, hosts, scope, connected_by, client_secret_sealed,
           refresh_token_sealed, access_token_sealed) VALUES ($1, gen_random_uuid(), $2, $3, 'delegated', $4, '{}', '', 'u1', $5, $6, $7)`,
        [
          ...[teamId, identity.provider, identity.issuer, identity.mailbox],
          ...SECRETS.map((secret) => new CredentialBox([key]).seal(secret, mailConnectionContext(sealedFor, secret, identity))),
        ],
      );
    await connect('current', newKey);
    await connect('old-key', oldKey);
    expect(await resealSecrets(source, [newKey, oldKey])).toEqual({ secrets: 10, moved: 3, left: [] });
    const [row] = await source.query<Record<string, string>[]>("SELECT * FROM settings.mail_connections WHERE team_id = 'old-key'");
    for (const secret of SECRETS)
      expect(new CredentialBox([newKey]).open(row?.[`${secret}_sealed`] ?? '', mailConnectionContext('old-key', secret, identity))).toBe(
        secret,
      );
    await connect('changed', newKey, 'somebody-else');
    await connect('lost', lostKey);
    expect(await resealSecrets(source, [newKey])).toEqual({
      ...{ secrets: 16, moved: 0 },
      left: [
        { teamId: 'changed', reason: expect.any(String) },
        { teamId: 'lost', reason: expect.stringContaining('"lost"') },
      ],
    });
    await source.query('DELETE FROM settings.mail_connections');
  });

  it('moves the secrets of every sign-in that is under way, and forgets those that nobody has come back from', async () => {
    const context = (state: string) => mailSignInContext('signing-in', Buffer.from(state).toString('hex'));
    const begin = (state: string, key: SecretKey, endsIn: string) =>
      source.query(`INSERT INTO settings.mail_sign_ins VALUES ($1, '', 'signing-in', 'u1', '{}', $2, now() + $3::interval)`, [
        ...[Buffer.from(state), new CredentialBox([key]).seal(state, context(state)), endsIn],
      ]);
    await begin('one', oldKey, '5 minutes');
    await begin('two', oldKey, '5 minutes');
    await begin('ended', lostKey, '-1 minute');
    await begin('lost', lostKey, '5 minutes');
    const left = [{ teamId: 'signing-in', reason: expect.stringContaining('"lost"') }];
    expect(await resealSecrets(source, [newKey, oldKey])).toEqual({ secrets: 7, moved: 2, left });
    await source.query('DELETE FROM settings.mail_sign_ins WHERE state_sha256 = $1', [Buffer.from('lost')]);
    const rows = await source.query<{ state: Buffer; sealed: string }[]>(
      'SELECT state_sha256 AS state, secrets_sealed AS sealed FROM settings.mail_sign_ins ORDER BY state_sha256',
    );
    const opened = rows.map(({ state, sealed }) => new CredentialBox([newKey]).open(sealed, context(state.toString())));
    await source.query('DELETE FROM settings.mail_sign_ins');
    expect(opened).toEqual(['one', 'two']);
  });

  it('names the teams whose password no first key opens, and why, and moves the others', async () => {
    await store('lost', withPassword(new CredentialBox([lostKey]).seal('geheim', contextOf('lost'))));
    await store('changed', withPassword(new CredentialBox([newKey]).seal('geheim', contextOf('somebody-else'))));
    await store('movable', withPassword(new CredentialBox([oldKey]).seal('geheim', contextOf('movable'))));
    expect(await resealSecrets(source, [newKey, oldKey])).toEqual({
      secrets: 7,
      moved: 1,
      left: [
        { teamId: 'changed', reason: expect.stringContaining('belongs to another') },
        { teamId: 'lost', reason: expect.stringContaining('"lost"') },
      ],
    });
  });
});
