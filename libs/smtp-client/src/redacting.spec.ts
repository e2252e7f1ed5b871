import { redactionOf } from './redacting.js';

const auth = { type: 'password', username: 'billing', password: 'Grün Öl & 50% <"x"> =sehr/+geheim' } as const;
const bytes = Buffer.from(auth.password);
const redact = redactionOf(auth);

const everyByte = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
/** Returns the password with every second character escaped, and all that are not ASCII: it is neither plain nor encoded as a whole. */
const mixed = (escape: (hex: string) => string, charset: BufferEncoding = 'utf8') =>
  Array.from(auth.password, (character, index) =>
    index % 2 === 0 && character.charCodeAt(0) < 128
      ? character
      : [...Buffer.from(character, charset)].map((byte) => escape(byte.toString(16).padStart(2, '0').toUpperCase())).join(''),
  ).join('');
const inUnicode = (text: string, which: RegExp) => text.replace(which, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const json = JSON.stringify(auth.password).slice(1, -1);
const html = auth.password.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const namedHtml = html.replaceAll('ü', '&uuml;').replaceAll('Ö', '&Ouml;');

const FORMS: [name: string, text: string][] = [
  ['as it is', auth.password],
  ['in capitals', auth.password.toUpperCase()],
  ['percent-encoded', encodeURIComponent(auth.password)],
  ['percent-encoded in capitals', encodeURIComponent(auth.password.toUpperCase())],
  ['percent-encoded byte by byte', everyByte(auth.password)],
  ['percent-encoded byte by byte, in capitals', everyByte(auth.password.toUpperCase())],
  ['form-encoded', new URLSearchParams([['', auth.password]]).toString().slice(1)],
  ['partly percent-encoded', mixed((hex) => `%${hex}`)],
  ['quoted-printable', mixed((hex) => `=${hex}`)],
  ['percent-encoded in Latin-1', mixed((hex) => `%${hex}`, 'latin1')],
  ['quoted-printable in Latin-1', mixed((hex) => `=${hex}`, 'latin1')],
  ['in HTML', html],
  ['in HTML with names of letters', namedHtml],
  ['in HTML with names of letters, in capitals', namedHtml.toUpperCase()],
  [
    'in HTML with names of signs',
    namedHtml.replaceAll('%', '&percnt;').replaceAll('=', '&equals;').replaceAll('/', '&sol;').replaceAll('+', '&plus;'),
  ],
  ['in JSON', json],
  ['in JSON as PHP writes it', inUnicode(json.replaceAll('/', '\\/'), /[^ -~]/g)],
  ['in JSON as Go writes it', inUnicode(json, /[<>&]/g)],
  ['in JSON, every character escaped, in capitals', inUnicode(auth.password, /[^]/g).toUpperCase()],
  ['with bytes after \\x', mixed((hex) => `\\x${hex}`)],
  ['with Latin-1 after \\x', mixed((hex) => `\\x${hex}`, 'latin1')],
  ['with octal digits', mixed((hex) => `\\${parseInt(hex, 16).toString(8).padStart(3, '0')}`)],
  ['base64', bytes.toString('base64')],
  ['base64url', bytes.toString('base64url')],
  ['percent-encoded base64', encodeURIComponent(bytes.toString('base64'))],
  ['AUTH PLAIN', Buffer.from(`\0billing\0${auth.password}`).toString('base64')],
  ['hexadecimal', bytes.toString('hex')],
  ['hexadecimal in capitals, with colons', (bytes.toString('hex').toUpperCase().match(/../g) ?? []).join(':')],
];

/** Returns the text with a line break after every `width` characters, as in a reply of several lines. */
const broken = (text: string, width: number, lineEnd: string) => (text.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []).join(lineEnd);

describe('redaction of a password', () => {
  it.each(FORMS)('%s', (_name, text) => {
    expect(redact(`5.7.8 refused: ${text}`)).toBe('5.7.8 refused: ***');
  });

  it.each(FORMS)('%s, broken over lines', (_name, text) => {
    for (const width of [1, 7, 16]) {
      for (const lineEnd of ['\n', '\r\n', '\n5.7.8 ', '\n535-5.7.8 ', '=\r\n', '\n  ']) {
        expect(redact(`5.7.8 refused: ${broken(text, width, lineEnd)}`)).toBe('5.7.8 refused: ***');
      }
    }
  });

  it.each([0, 1, 2, 3, 4, 5])('leaves nothing readable of it in base64 of something longer, %i bytes in front', (before) => {
    const told = redact(Buffer.from(`${'x'.repeat(before)}${auth.password} and more`).toString('base64'));
    expect(told).toContain('***');
    const left = told.split('***').map((part) => Buffer.from(part, 'base64').toString());
    expect(left.join('')).not.toMatch(/Gr|geheim|sehr/);
  });

  it('knows letters of two units, and signs that look like UTF-8 in Latin-1', () => {
    const redactOther = redactionOf({ ...auth, password: 'Schloß§\u{1f511}' });
    for (const said of [
      'Schlo\\u00df\\u00a7\\ud83d\\udd11',
      'Schlo\\u{df}\\u{a7}\\u{1f511}',
      'Schlo%DF%A7\u{1f511}',
      'Schlo&szlig;&sect;&#x1f511;',
    ])
      expect(redactOther(`refused: ${said}`)).toBe('refused: ***');
  });

  it('knows base64 that was escaped once more', () => {
    const redactOther = redactionOf({ ...auth, password: '???>>>???>>>' });
    const base64 = Buffer.from('???>>>???>>>').toString('base64');
    expect(base64).toMatch(/\/.*\+/);
    for (const said of [base64.replaceAll('/', '\\/'), base64.replaceAll('+', '\\u002B'), base64.replaceAll('+', '&plus;')])
      expect(redactOther(`refused: ${said}`)).toBe('refused: ***');
  });

  it('knows a token as well, in whatever it was said by', () => {
    const token = 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg';
    const redactToken = redactionOf({ type: 'bearer', username: 'billing', token });
    for (const said of [token, Buffer.from(token).toString('base64'), Buffer.from(token).toString('hex'), encodeURIComponent(token)]) {
      expect(redactToken(`5.7.3 refused: ${said}`)).toBe('5.7.3 refused: ***');
    }
    for (const before of [
      'user=a@acme.example\x01auth=Bearer ',
      'n,a=ab@acme.example,\x01host=x\x01port=587\x01auth=Bearer ',
      'n,,\x01auth=Bearer ',
    ]) {
      const told = redactToken(`335 ${Buffer.from(`${before}${token}\x01\x01`).toString('base64')}`).slice(4);
      expect(told).toContain('***');
      const left = told
        .split('***')
        .map((part) => Buffer.from(part, 'base64').toString('latin1'))
        .join('');
      expect(left).not.toMatch(/ya29|vF9d|Y29t/);
    }
  });

  it('leaves what is no password, and everything where there is none', () => {
    const said =
      '535-5.7.8 Username and Password not accepted. For more information, go to\n5.7.8  https://support.example/?p=BadCredentials';
    expect(redact(said)).toBe(said);
    expect(redactionOf({ type: 'none' })(auth.password)).toBe(auth.password);
    // Three bytes occur by chance, so they are not searched for in hexadecimal.
    expect(redactionOf({ ...auth, password: 'abc' })('queued as 616263')).toBe('queued as 616263');
  });
});
