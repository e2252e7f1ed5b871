import { emailDeliveryInput, type EmailDeliveryView, type SettingsChangeRecord, toFieldErrors } from '@billing-mail/contracts';
import { checkAtOnce, checkDraft, PASSWORD_AGAIN, wrongAddressOf } from './check-draft.js';
import { withAccount } from './draft-limits.js';
import { changedFields, type Draft, mergeDrafts, onePerField, toDraft, toInput } from './draft.js';
import { formerState } from './former-state.js';
import { CATALOGUES } from '../words/catalogues.js';
import { presetOf, PROVIDER_PRESETS, withPreset } from './provider-presets.js';

const stored: EmailDeliveryView = {
  teamId: 'acme',
  companyName: 'ACME GmbH',
  replyTo: 'billing@acme.example',
  locale: 'de',
  cc: [{ address: 'boss@acme.example', name: 'Boss' }],
  bcc: [],
  copies: [{ types: ['reminder', 'quote'], cc: [{ address: 'law@acme.example' }], bcc: [] }],
  sender: 'custom',
  certificate: null,
  fallback: true,
  notifyUserIds: [],
  smtp: {
    host: 'smtp.acme.example',
    port: 587,
    security: 'starttls',
    auth: { type: 'password', username: 'billing', passwordSet: true },
    fromAddress: 'billing@acme.example',
  },
  version: 3,
  updatedAt: '2026-11-03T10:00:00.000Z',
  updatedBy: 'u1',
};
const base = toDraft(stored, 'en');
const edited = (changes: Partial<Draft>): Draft => ({ ...base, ...changes });

describe('the draft of the settings', () => {
  it('is unchanged and right as it comes, and keeps the stored password by leaving it out', () => {
    expect(changedFields(base, toDraft(stored, 'en'))).toEqual([]);
    expect(checkDraft(base, base)).toEqual([]);
    expect(toInput(base).smtp?.auth).toEqual({ type: 'password', username: 'billing' });
  });

  it.each([{ messagesPerMinute: 20 }, {}])('keeps the limits that the team has set, %j', (limits) => {
    const server = stored.smtp && { ...stored.smtp, host: 'smtp.office365.com', limits };
    expect(toInput({ ...toDraft({ ...stored, smtp: server }, 'en'), fromName: 'ACME' }).smtp).toMatchObject({ limits });
  });

  it('shows the limits that a provider publishes and leaves them to it until somebody sets others', () => {
    const server = stored.smtp && { ...stored.smtp, host: 'smtp.office365.com' };
    const draft = toDraft({ ...stored, smtp: server }, 'en');
    expect(draft).toMatchObject({ connections: '3', messagesPerMinute: '30', recipientsPerDay: '10000' });
    expect(toInput(draft).smtp).not.toHaveProperty('limits');
    const raised = { connections: 3, messagesPerMinute: 60, recipientsPerDay: 10_000 };
    expect(toInput({ ...draft, messagesPerMinute: ' 60 ' }).smtp).toMatchObject({ limits: raised });
    const lifted = toInput({ ...draft, connections: '', messagesPerMinute: '', recipientsPerDay: '' }).smtp;
    expect(JSON.parse(JSON.stringify(lifted?.limits))).toEqual({});
  });

  it('takes the limits of another provider with its host, but for those that somebody has set', () => {
    const microsoft = edited(withAccount(base, { host: 'smtp.office365.com' }));
    expect(microsoft.messagesPerMinute).toBe('30');
    expect(withAccount(microsoft, { host: 'smtp.gmail.com' })).toEqual({
      ...{ host: 'smtp.gmail.com', connections: '', messagesPerMinute: '', recipientsPerDay: '2000' },
    });
    expect(withAccount(edited({ messagesPerMinute: '12' }), { host: 'smtp.gmail.com' })).toEqual({ host: 'smtp.gmail.com' });
  });

  it('shows the limits of the account that somebody names, and leaves them to the provider', () => {
    const google = edited(withAccount(base, { host: 'smtp.gmail.com' }));
    const personal = { ...google, ...withAccount(google, { username: 'acme@gmail.com' }) };
    expect(personal.recipientsPerDay).toBe('500');
    expect(toInput(personal).smtp).not.toHaveProperty('limits');
    expect(withAccount(personal, { username: 'billing@acme.example' }).recipientsPerDay).toBe('2000');
    expect(withAccount({ ...personal, recipientsPerDay: '300' }, { username: 'billing@acme.example' })).toEqual({
      username: 'billing@acme.example',
    });
    const auth = { type: 'password', username: 'acme@gmail.com', passwordSet: true } as const;
    const server = stored.smtp && { ...stored.smtp, host: 'smtp.gmail.com', auth };
    expect(toDraft({ ...stored, smtp: server }, 'en').recipientsPerDay).toBe('500');
  });

  it.each(PROVIDER_PRESETS)('takes all that $name asks for with its preset, the sign-in too', ({ id, host, port, security, auth }) => {
    const elsewhere = edited({ auth: auth === 'oauth2' ? 'password' : 'oauth2', password: 'typed for another server' });
    expect(withPreset(base, elsewhere, id)).toMatchObject({ host, port: String(port), security, auth });
    // Nothing that was typed remains where nobody sees it.
    if (auth === 'oauth2') expect(withPreset(base, elsewhere, id).password).toBeNull();
    for (const { settings } of Object.values(CATALOGUES))
      expect(settings.server.signInHints[presetOf(host)?.hint ?? 'mailbox']).toBeTruthy();
  });

  it('signs in at Microsoft 365 and Google by a connected mailbox, and says what a password needs at each provider', () => {
    expect(PROVIDER_PRESETS.filter(({ auth }) => auth === 'oauth2').map(({ id }) => id)).toEqual(['microsoft365', 'google']);
    const { signInHints } = CATALOGUES.en.settings.server;
    expect(PROVIDER_PRESETS.map(({ id, hint }) => `${id}: ${signInHints[hint]}`).join('\n')).toMatch(
      /google: .*app password.*Connected mailbox/,
    );
    expect(withPreset(base, base, 'other')).not.toHaveProperty('auth');
  });

  it('marks a password that would go unencrypted at once, and nothing else', () => {
    expect(checkAtOnce(edited({ security: 'none', fromAddress: '', port: 'x' })).map(({ pointer }) => pointer)).toEqual(['/smtp/security']);
    expect(checkAtOnce(edited({ security: 'none', auth: 'none' }))).toEqual([]);
    expect(checkAtOnce(edited({ companyName: '', fromAddress: '' }))).toEqual([]);
  });

  it('shows the limits of a connected mailbox as they are kept, also before it is saved', () => {
    const auth = { type: 'oauth2', provider: 'google', mailbox: 'acme@gmail.com', connectedAt: null, trouble: null } as const;
    const server = stored.smtp && { ...stored.smtp, host: 'smtp.gmail.com', auth };
    const draft = toDraft({ ...stored, smtp: server }, 'en');
    expect(draft.recipientsPerDay).toBe('500');
    expect(toInput({ ...draft, fromName: 'ACME' }).smtp).not.toHaveProperty('limits');
    const connected = edited({ auth: 'oauth2', ...withAccount(base, { host: 'smtp.gmail.com', username: 'acme@gmail.com' }) });
    expect(connected.recipientsPerDay).toBe('500');
    expect(toInput(connected).smtp).not.toHaveProperty('limits');
    const typed = withAccount(edited({ recipientsPerDay: '100' }), { host: 'smtp.gmail.com', username: 'acme@gmail.com' });
    expect(typed).toEqual({ host: 'smtp.gmail.com', username: 'acme@gmail.com' });
  });

  it('names each changed field once', () => {
    expect(changedFields(base, edited({ companyName: 'X', port: '465', password: 'new' }))).toEqual([
      '/companyName',
      '/smtp/port',
      '/smtp/auth/password',
    ]);
  });

  it.each<[string, Partial<Draft>, string[]]>([
    ['no company name', { companyName: ' ' }, ['/companyName']],
    ['a reply address that is none', { replyTo: 'nobody' }, ['/replyTo']],
    ['a wrong copy', { cc: [{ address: 'a@x.example' }, { address: 'b@@x' }] }, ['/cc']],
    ['a port in letters', { port: 'smtp', password: 'x' }, ['/smtp/port']],
    ['a limit in letters', { recipientsPerDay: 'many' }, ['/smtp/limits/recipientsPerDay']],
    ['a limit that lets nothing through', { connections: '0' }, ['/smtp/limits/connections']],
    ['a port beyond all ports', { port: '70000', password: 'x' }, ['/smtp/port']],
    ['a URL as host', { host: 'https://smtp.acme.example', password: 'x' }, ['/smtp/host']],
    ['a password in clear', { security: 'none', password: 'x' }, ['/smtp/security']],
    ['an empty password', { password: '' }, ['/smtp/auth/password']],
    ['no sender address', { fromAddress: '' }, ['/smtp/fromAddress']],
    ['several at once, in the order of the page', { fromAddress: '', companyName: '' }, ['/companyName', '/smtp/fromAddress']],
  ])('says what is wrong: %s', (_name, changes, pointers) => {
    expect(checkDraft(base, edited(changes)).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it.each<Partial<Draft>>([
    {},
    { companyName: 'x'.repeat(321) },
    { companyName: 'a\u2028b' },
    { companyName: 'a\u202eb', cc: [{ address: 'a@x.example', name: '\u200b' }] },
    { fromName: '=?utf-8?q?x?=', password: 'x' },
    { companyName: '\ud800' },
    { replyTo: 'a..b@x.example', cc: [{ address: 'a@x' }, { address: 'ü@x.example' }] },
    { bcc: [{ address: 'a@x.example', name: 'a\nb' }] },
    { cc: [{ address: 'a@x.example', name: '' }] },
    { notifyUserIds: Array.from({ length: 101 }, (_, index) => `u${index}`) },
    { '/copies/invoice/cc': [{ address: 'a@x' }], '/copies/quote/bcc': [{ address: 'b@@x.example' }] },
    { notifyUserIds: ['u1', ''] },
    { notifyUserIds: ['x'.repeat(201)] },
    { host: '', password: 'x' },
    { host: '10.0.0.1', port: '0', password: 'x' },
    { host: 'localhost', port: '65535', password: 'x' },
    { host: 'a b', port: '1.5', password: 'x' },
    { security: 'none', auth: 'none' },
    { security: 'none', password: 'x', fromAddress: 'x' },
    { username: '', password: 'x'.repeat(1001) },
    { username: 'x'.repeat(321), password: 'a\u0000b', fromName: 'x'.repeat(321) },
    { sender: 'platform', host: '' },
    { sender: 'platform', host: 'smtp.acme.example', fromAddress: '' },
  ])('agrees with the schema of the service: %j', (changes) => {
    const draft = edited(changes);
    const parsed = emailDeliveryInput.safeParse(toInput(draft));
    expect(checkDraft(draft, draft)).toEqual(onePerField(parsed.success ? [] : toFieldErrors(parsed.error), toInput(draft).copies));
  });

  it.each<Partial<Draft>>([{ host: 'smtp.other.example' }, { port: '465' }, { username: 'other' }, { ca: 'PEM' }, { pin: 'AB' }])(
    'asks for the password again when it would go elsewhere: %j',
    (changes) => {
      expect(checkDraft(base, edited(changes))).toEqual([{ pointer: '/smtp/auth/password', message: PASSWORD_AGAIN }]);
      expect(checkDraft(base, edited({ ...changes, password: 'again' }))).toEqual([]);
    },
  );

  it('keeps a server that is not used right now, and writes none where none was entered', () => {
    expect(toInput(edited({ sender: 'platform' })).smtp).toMatchObject({ host: 'smtp.acme.example' });
    const fresh = toDraft(null, 'de');
    expect(toInput({ ...fresh, companyName: 'X' })).toMatchObject({ smtp: null, replyTo: null, locale: 'de', sender: 'platform' });
    expect(checkDraft(fresh, { ...fresh, companyName: 'X' })).toEqual([]);
  });

  it('writes back how the server is trusted, and the certificate that it is shown', () => {
    const shown = {
      subject: 'CN=ACME',
      issuer: 'CN=ACME CA',
      fingerprint: 'AB:CD',
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: '2027-01-01T00:00:00.000Z',
    };
    const ca = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    const trusting = toDraft(
      { ...stored, smtp: stored.smtp && { ...stored.smtp, tls: { ca, certificates: [shown], clientCertificate: shown } } },
      'en',
    );
    const input = toInput({ ...trusting, companyName: 'Another' });
    expect(input.smtp?.tls).toEqual({ ca: ca.trim(), clientCertificate: shown });
    expect(emailDeliveryInput.safeParse(input)).toMatchObject({ success: true });
    expect(checkDraft(trusting, { ...trusting, companyName: 'Another' })).toEqual([]);
    expect(changedFields(trusting, { ...trusting, ca: '', pin: 'AB' })).toEqual(['/smtp/tls/ca', '/smtp/tls/pin']);
    expect(mergeDrafts(base, edited({ companyName: 'Mine' }), trusting)).toMatchObject({ ca, clientCertificate: shown });
    expect(toInput(base).smtp).not.toHaveProperty('tls');
  });

  it('writes a file with the certificate that the server is shown, and its mistakes to the field they are of', () => {
    const fresh = edited({ clientCertificate: { name: 'client.p12', file: 'MIIB' }, clientPassphrase: 'of the file' });
    const input = toInput(fresh);
    expect(input.smtp?.tls).toEqual({ clientCertificate: { file: 'MIIB', passphrase: 'of the file' } });
    expect(emailDeliveryInput.safeParse(input)).toMatchObject({ success: true });
    const pointers = ['/smtp/tls/clientCertificate/file', '/smtp/tls/clientCertificate/passphrase'];
    expect(changedFields(base, fresh)).toEqual(pointers);
    const errors = pointers.toReversed().map((pointer) => ({ pointer, message: 'wrong' }));
    expect(onePerField(errors)).toEqual(pointers.map((pointer) => ({ pointer, message: 'wrong' })));
  });

  it('writes copies of single types as they are stored, until one changes: then types with the same lists stand together', () => {
    const law = { address: 'law@acme.example' };
    expect(toInput(edited({ companyName: 'X' })).copies).toEqual(stored.copies);
    expect(base).toMatchObject({ '/copies/reminder/cc': [law], '/copies/quote/cc': [law], '/copies/invoice/cc': [] });
    const changed = edited({ '/copies/invoice/cc': [law], '/copies/quote/cc': [], '/copies/other/bcc': [law] });
    expect(changedFields(base, changed)).toEqual(['/copies/invoice/cc', '/copies/quote/cc', '/copies/other/bcc']);
    expect(toInput(changed).copies).toEqual([
      { types: ['invoice', 'reminder'], cc: [law], bcc: [] },
      { types: ['other'], cc: [], bcc: [law] },
    ]);
  });

  it('puts my changes on top of theirs and nothing else of mine', () => {
    const theirs = edited({ companyName: 'Theirs', replyTo: 'theirs@acme.example' });
    const merged = mergeDrafts(base, edited({ companyName: 'Mine', fallback: false }), theirs);
    expect(merged).toEqual({ ...theirs, companyName: 'Mine', fallback: false });
  });

  it('tells of a list of copies which address is wrong, and of any other field none', () => {
    const draft = { ...base, companyName: '', bcc: [{ address: 'good@a.example' }, { address: 'wrong@@a.example' }, { address: 'x' }] };
    expect(['/bcc', '/cc', '/companyName'].map((pointer) => wrongAddressOf(draft, pointer))).toEqual(['wrong@@a.example', null, null]);
  });

  it('gives the mistakes of a list to the list, once', () => {
    const errors = [
      { pointer: '/cc/1/address', message: 'first' },
      { pointer: '/cc/2/address', message: 'second' },
    ];
    expect(onePerField(errors)).toEqual([{ pointer: '/cc', message: 'first' }]);
  });
});

describe('a former state', () => {
  const made = (version: number, changes: SettingsChangeRecord['changes']): SettingsChangeRecord => ({
    ...{ version, changes },
    ...{ changedAt: '2026-11-03T10:00:00.000Z', changedBy: 'u1' },
  });
  const records = [
    made(3, [
      { pointer: '/companyName', from: 'ACME AG', to: 'ACME GmbH' },
      { pointer: '/smtp/port', from: 465, to: 587 },
      { pointer: '/fallback', from: false, to: true },
      {
        pointer: '/cc',
        added: [{ address: 'boss@acme.example', name: 'Boss' }],
        addedCount: 1,
        removed: [{ address: 'old@acme.example' }],
        removedCount: 1,
      },
      { pointer: '/bcc', added: [], addedCount: 0, removed: [{ address: 'a@acme.example' }], removedCount: 9 },
      { pointer: '/smtp/auth/password', secret: 'replaced' },
    ]),
    made(2, [{ pointer: '/companyName', from: 'ACME', to: 'ACME AG' }]),
    made(1, [{ pointer: '/replyTo', from: null, to: 'billing@acme.example' }]),
  ];

  it('takes back what has changed since, newest first, and says what the history does not keep', () => {
    const cc = [{ address: 'old@acme.example' }];
    expect(formerState(base, records, 2)).toEqual({
      changes: { companyName: 'ACME AG', port: '465', fallback: false, cc },
      lost: ['/bcc', '/smtp/auth/password'],
    });
    expect(formerState(base, records, 1).changes).toMatchObject({ companyName: 'ACME', port: '465' });
    expect(formerState(base, records, 3)).toEqual({ changes: {}, lost: [] });
  });
});
