// Wrong values for each field of the settings, and the errors that they must cause.

/** A value at a pointer (`undefined` removes the field), and the text of the error expected at `at` (by default the same pointer). */
export type BadField = { pointer: string; value: unknown; says: RegExp; at?: string };

const at = (pointer: string, ...cases: [value: unknown, says: RegExp, at?: string][]): BadField[] =>
  cases.map(([value, says, where]) => ({ pointer, value, says, ...(where === undefined ? {} : { at: where }) }));

const line = (pointer: string, max: number): BadField[] =>
  at(
    pointer,
    [7, /must be text/],
    [['x'], /must be text/],
    ['x'.repeat(max + 1), new RegExp(`longer than ${max} characters`)],
    ['a\r\nBcc: x@evil.example', /line break or control character/],
    ['a\u0000b', /line break or control character/],
    ['a\u2028b', /line break or control character/],
    ['\ud800', /broken Unicode/],
  );

const address = (pointer: string): BadField[] =>
  at(
    pointer,
    [7, /must be text/],
    [{}, /must be text/],
    ['', /name@example\.com/],
    ['nobody', /name@example\.com/],
    [`${'x'.repeat(65)}@acme.example`, /64 characters/],
    [`a@${'x'.repeat(60)}.${'y'.repeat(60)}.${'z'.repeat(60)}.${'w'.repeat(60)}.${'v'.repeat(9)}.example`, /254 characters|valid domain/],
    ['x'.repeat(1001), /longer than 254/],
    ['a@acme.example\r\nRCPT TO:<b@evil.example>', /./],
    ['a b@acme.example', /space, line break/],
    ['a@acme.example ', /spaces around/],
    ['a@[127.0.0.1]', /valid domain/],
  );

const senderName = (pointer: string): BadField[] => [
  ...line(pointer, 320),
  ...at(
    pointer,
    ['PayPal <service@paypal.example>', /"@", "<" or ">"/],
    ['service＠paypal.example', /"@", "<" or ">"/],
    ['a﹤b', /"@", "<" or ">"/],
    ['\u200b\u2060', /nothing that can be seen/],
    ['a\u202eb', /U\+202E/],
    ['a\u2066b', /U\+2066/],
  ),
];

const flag = (pointer: string): BadField[] => at(pointer, ['yes', /true or false/], [1, /true or false/]);

const missing = (pointer: string, says: RegExp): BadField[] => at(pointer, [undefined, says]);

const mailboxes = (pointer: string): BadField[] => [
  ...at(pointer, ['a@acme.example', /must be a list/], [{}, /must be a list/]),
  ...at(
    pointer,
    [['a@acme.example'], /object with "address"/, `${pointer}/0`],
    [[{ address: 'a@acme.example', role: 'x' }], /not a known field/, `${pointer}/0/role`],
  ),
  ...missing(`${pointer}/0/address`, /must be text/),
  ...address(`${pointer}/0/address`),
  ...line(`${pointer}/0/name`, 320),
];

/** Wrong values within `smtp`, in any request body. */
export const BAD_SMTP: BadField[] = [
  ...at('/smtp', ['x', /must be an object/], [[], /must be an object/]),
  ...at('/smtp/unknown', ['x', /not a known field/]),
  ...missing('/smtp/host', /must be text/),
  ...at(
    '/smtp/host',
    [7, /must be text/],
    ['', /host name such as/],
    ['https://smtp.acme.example', /host name such as/],
    ['smtp.acme.example:587', /host name such as/],
    ['smtp acme', /host name such as/],
    ['smtp.acme.example\r\nQUIT', /host name such as/],
    ['0x7f000001', /host name such as/],
    ['127.1', /host name such as/],
    ['x'.repeat(254), /longer than 253/],
  ),
  ...missing('/smtp/port', /whole number/),
  ...at('/smtp/port', ['587', /whole number/], [5.5, /whole number/], [0, /1 and 65535/], [65536, /1 and 65535/], [null, /whole number/]),
  ...missing('/smtp/security', /tls, starttls, none/),
  ...at('/smtp/security', ['ssl', /tls, starttls, none/], [7, /tls, starttls, none/], ['none', /travel in clear/]),
  ...missing('/smtp/auth', /must be an object/),
  ...at('/smtp/auth', ['x', /must be an object/]),
  ...missing('/smtp/auth/type', /"password", "oauth2" or "none"/),
  ...at(
    '/smtp/auth/type',
    ['xoauth2', /"password", "oauth2" or "none"/],
    ['oauth2', /not a known field/, '/smtp/auth/username'],
    ['none', /not a known field/, '/smtp/auth/username'],
  ),
  ...at('/smtp/auth/token', ['x', /not a known field/]),
  ...missing('/smtp/auth/username', /must be text/),
  ...line('/smtp/auth/username', 320),
  ...at('/smtp/auth/username', ['', /must not be empty/]),
  ...missing('/smtp/auth/password', /none is stored yet/),
  ...line('/smtp/auth/password', 1000),
  ...at('/smtp/auth/password', ['', /must not be empty/], [null, /must be text/]),
  ...flag('/smtp/auth/passwordSet'),
  ...at(
    '/smtp/limits',
    ['x', /must be an object/],
    [null, /must be an object/],
    [{ perHour: 1 }, /not a known field/, '/smtp/limits/perHour'],
  ),
  ...['connections', 'messagesPerMinute', 'recipientsPerDay'].flatMap((name) =>
    at(`/smtp/limits/${name}`, ['3', /whole number/], [1.5, /whole number/], [0, /must be between 1 and/], [1e9, /must be between 1 and/]),
  ),
  ...at('/smtp/tls', ['x', /must be an object/], [{ name: 'x' }, /not a known field/, '/smtp/tls/name']),
  ...at('/smtp/tls/ca', [7, /must be text/], ['x'.repeat(64 * 1024 + 1), /too large/], ['hello', /no certificate in PEM/]),
  ...at('/smtp/tls/pin', [7, /must be text/], ['x'.repeat(64 * 1024 + 1), /too large/], ['AB:CD', /SHA-256 fingerprint/]),
  ...at(
    '/smtp/tls/clientCertificate',
    ['x', /must be an object/],
    [{}, /none is stored yet/, '/smtp/tls/clientCertificate/file'],
    [{ keySealed: 'x' }, /not a known field/, '/smtp/tls/clientCertificate/keySealed'],
  ),
  ...at(
    '/smtp/tls/clientCertificate/file',
    [7, /must be text/],
    ['', /must not be empty/],
    ['ä', /in base64/],
    ['AAAA', /no PKCS#12 file/],
    ['x'.repeat(256 * 1024 + 1), /too large for a certificate/],
  ),
  ...at('/smtp/tls/clientCertificate/passphrase', [7, /must be text/], ['x'.repeat(1001), /longer than 1000 characters/]),
  ...missing('/smtp/fromAddress', /must be text/),
  ...address('/smtp/fromAddress'),
  ...senderName('/smtp/fromName'),
];

/** Wrong values in the body of PUT, besides `smtp`. */
export const BAD_SETTINGS: BadField[] = [
  ...at('', [[], /must be an object/]),
  ...at('/unknown', ['x', /not a known field/]),
  ...missing('/companyName', /must be text/),
  ...senderName('/companyName'),
  ...at('/companyName', ['  ', /must not be empty/]),
  ...address('/replyTo'),
  ...at('/locale', ['eo', /"en" or "de"/], [7, /"en" or "de"/], [null, /"en" or "de"/]),
  ...mailboxes('/cc'),
  ...mailboxes('/bcc'),
  ...at(
    '/copies',
    ['x', /must be a list/],
    [['x'], /must be an object/, '/copies/0'],
    [[{ types: ['quote'] }], /needs an address/, '/copies/0/cc'],
    [[{ types: ['quote'], cc: [{ address: 'a@acme.example' }], to: [] }], /not a known field/, '/copies/0/to'],
    [Array.from({ length: 21 }, () => ({ types: ['quote'], cc: [{ address: 'a@acme.example' }] })), /more than 20 lists/],
  ),
  ...at(
    '/copies/0/types',
    [undefined, /must be a list/],
    [[], /at least one type/],
    [['bill'], /invoice, credit_note/, '/copies/0/types/0'],
  ),
  ...at('/copies/0/types/0', [7, /invoice, credit_note/]),
  ...mailboxes('/copies/0/cc'),
  ...mailboxes('/copies/0/bcc'),
  ...at('/sender', ['smtp', /"platform" or "custom"/], [7, /"platform" or "custom"/]),
  ...at('/smtp', [null, /is needed when "sender" is "custom"/], [undefined, /is needed when "sender" is "custom"/]),
  ...at('/smtp/port', [6379, /allowed ports/]),
  ...at('/smtp/host', ['127.0.0.1', /private or reserved/], ['169.254.169.254', /private or reserved/]),
  ...flag('/fallback'),
  ...at('/notifyUserIds', ['u1', /must be a list/], [Array.from({ length: 101 }, String), /more than 100 users/]),
  ...line('/notifyUserIds/0', 200),
  ...at(
    '/teamId',
    [7, /must be text/],
    ['a b', /letters, digits/],
    ['x'.repeat(65), /letters, digits/],
    ['globex', /not the team in the path/],
  ),
  ...at('/version', ['7', /whole number/], [1.5, /whole number/]),
  ...at('/updatedAt', [7, /must be text/]),
  ...at('/updatedBy', [7, /must be text/]),
];

/** Wrong values in the body of a server test, besides `smtp`. */
export const BAD_TEST: BadField[] = [
  ...at('', [[], /must be an object/]),
  ...at('/unknown', ['x', /not a known field/]),
  ...address('/sendTo'),
];

/** Returns a copy of `body` with `value` at the pointer, and creates missing objects on the way. `undefined` removes the field. */
export function withValue(body: object, pointer: string, value: unknown): object {
  if (pointer === '') return value as object;
  const copy = structuredClone(body);
  const path = pointer.slice(1).split('/');
  const last = path.pop() ?? '';
  const parent = path.reduce<Record<string, unknown>>(
    (node, name) => (node[name] ??= {}) as Record<string, unknown>,
    copy as Record<string, unknown>,
  );
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

/** Returns the pointers of all fields that a JSON schema names. The members of a list have the pointer `0`. */
export function fieldsOf(schema: object, pointer = ''): string[] {
  const {
    properties = {},
    items,
    anyOf = [],
    oneOf = [],
  } = schema as {
    properties?: Record<string, object>;
    items?: object;
    anyOf?: object[];
    oneOf?: object[];
  };
  const below = [
    ...Object.entries(properties)
      .filter(([, child]) => !takesAnything(child))
      .flatMap(([name, child]) => [`${pointer}/${name}`, ...fieldsOf(child, `${pointer}/${name}`)]),
    ...(items === undefined ? [] : fieldsOf(items, `${pointer}/0`)),
    ...[...anyOf, ...oneOf].flatMap((branch) => fieldsOf(branch, pointer)),
  ];
  return [...new Set(below)];
}

/** Whether any value of the field is accepted: requests may contain fields that only the server sets, and their values are ignored. */
const takesAnything = (schema: object): boolean => Object.keys(schema).every((key) => key === 'description');
