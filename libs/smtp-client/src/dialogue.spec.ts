import { Dialogue } from './dialogue.js';
import { redactionOf } from './redacting.js';

const AS_IT_IS = (text: string): string => text;
/** Returns the lines without the times, which depend on the machine. */
const wordsOf = (dialogue: Dialogue): string[] => (dialogue.written() ?? '').split('\n').map((line) => line.replace(/^\+\d+\.\d{3} /, ''));

describe('the transcript of a dialogue', () => {
  it('has each command and reply on a line of its own, with its time, and of a message only the size', () => {
    const dialogue = new Dialogue();
    dialogue.noted('connected to 203.0.113.7:587');
    dialogue.heard({ code: 220, lines: ['mx.customer.example', 'ready'] }, AS_IT_IS);
    dialogue.said(
      'MAIL FROM:<a@acme.example>\r\nRCPT TO:<b@customer.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b@customer.example\r\nDATA\r\n',
      'mail',
    );
    dialogue.sent(12_345);
    dialogue.heard({ code: 550, lines: ['5.7.1 no \u202eline'] }, AS_IT_IS);
    expect(dialogue.written()).toMatch(/^(?:\+\d+\.\d{3} [CS-] .*\n?)+$/);
    expect(wordsOf(dialogue)).toEqual([
      '- connected to 203.0.113.7:587',
      'S 220-mx.customer.example',
      'S 220 ready',
      'C MAIL FROM:<a@acme.example>',
      'C RCPT TO:<b@customer.example> NOTIFY=FAILURE,DELAY',
      'C DATA',
      'C (message of 12345 bytes, end of data)',
      'S 550 5.7.1 no \ufffdline',
    ]);
  });

  it('is none where nothing was said', () => expect(new Dialogue().written()).toBeNull());

  it.each([
    ['AUTH PLAIN AGJpbGxpbmcAZ2VoZWltIQ==', 'AUTH PLAIN ***'],
    ['AUTH LOGIN', 'AUTH LOGIN'],
    ['Z2VoZWltIQ==', '***'],
    ['AUTH XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIHQBAQ==', 'AUTH XOAUTH2 ***'],
    ['', ''],
  ])('has of the sign-in line "%s" nothing but "%s"', (line, shown) => {
    const dialogue = new Dialogue();
    dialogue.said(`${line}\r\n`, 'auth');
    expect(wordsOf(dialogue)).toEqual([`C ${shown}`]);
  });

  it('has no password that a server repeats, in whatever reply, and nothing that we said to sign in', () => {
    const password = 'geheim!% & more';
    const redact = redactionOf({ type: 'password', username: 'billing', password });
    const dialogue = new Dialogue();
    dialogue.said('YmlsbGluZyA5ZTI1N2U4ZA==\r\n', 'auth');
    for (const said of [password, encodeURIComponent(password), Buffer.from(password).toString('base64'), 'YmlsbGluZyA5ZTI1N2U4ZA=='])
      for (const code of [235, 250, 334, 535]) dialogue.heard({ code, lines: [`you said ${said}`, 'geheim!%', '& more'] }, redact);
    const lines = wordsOf(dialogue).filter((line) => line.startsWith('S ') && line.includes('you said'));
    expect(lines).toHaveLength(16);
    for (const line of lines) expect(line).toMatch(/^S \d{3}-you said \*\*\*$/);
    expect(dialogue.written()).not.toMatch(/geheim|more|Z2Vo|YmlsbG/);
  });

  it('leaves out the middle of what is long, and holds no more of it', () => {
    const dialogue = new Dialogue();
    dialogue.heard({ code: 220, lines: ['the beginning'] }, AS_IT_IS);
    for (let index = 0; index < 500; index += 1)
      dialogue.heard({ code: 250, lines: Array.from({ length: 10 }, () => 'ä'.repeat(400)) }, AS_IT_IS);
    dialogue.heard({ code: 451, lines: ['the end'] }, AS_IT_IS);
    const written = dialogue.written() ?? '';
    expect(Buffer.byteLength(written)).toBeLessThanOrEqual(8 * 1024);
    expect(written.split('\n').length).toBeLessThanOrEqual(100);
    expect(wordsOf(dialogue)).toEqual(expect.arrayContaining(['S 220 the beginning', '[…]', 'S 451 the end']));
  });

  it('leaves out the middle of many short lines', () => {
    const dialogue = new Dialogue();
    for (let index = 0; index < 101; index += 1) dialogue.heard({ code: 250, lines: [`${index}`] }, AS_IT_IS);
    const lines = wordsOf(dialogue);
    expect([lines.length, lines[49], lines[50], lines[51], lines[99]]).toEqual([100, 'S 250 49', '[…]', 'S 250 52', 'S 250 100']);
  });
});
