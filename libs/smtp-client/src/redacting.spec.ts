import { redactionOf } from './redacting.js';

const auth = { type: 'password', username: 'billing', password: 'Grün Öl & 50% <"x"> =sehr/+geheim' } as const;
const bytes = Buffer.from(auth.password);
const redact = redactionOf(auth);

const everyByte = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
/** Every second byte escaped: neither as it is nor encoded as a whole. */
const mixed = (escape: (hex: string) => string) =>
  Array.from(auth.password, (character, index) =>
    index % 2 === 0 && character.charCodeAt(0) < 128
      ? character
      : [...Buffer.from(character)].map((byte) => escape(byte.toString(16).padStart(2, '0').toUpperCase())).join(''),
  ).join('');

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
  ['in HTML', auth.password.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')],
  ['in JSON', JSON.stringify(auth.password).slice(1, -1)],
  ['base64', bytes.toString('base64')],
  ['base64url', bytes.toString('base64url')],
  ['percent-encoded base64', encodeURIComponent(bytes.toString('base64'))],
  ['AUTH PLAIN', Buffer.from(`\0billing\0${auth.password}`).toString('base64')],
  ['hexadecimal', bytes.toString('hex')],
  ['hexadecimal in capitals, with colons', (bytes.toString('hex').toUpperCase().match(/../g) ?? []).join(':')],
];

/** With a break after each so many characters, as a reply of several lines has it. */
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
    // Three bytes are found by chance.
    expect(redactionOf({ ...auth, password: 'abc' })('queued as 616263')).toBe('queued as 616263');
  });
});
