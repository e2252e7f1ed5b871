import { startScriptedSmtpServer, type SmtpScript } from '@billing-mail/testkit';
import fc from 'fast-check';
import { messageOf, sessionWith } from './testing/client.js';
import { reportingOn } from './reporting.js';

const ID = '0193a1b2-0000-7000-8000-000000000001';

async function commandsOf(script: SmtpScript, envelopeId?: string): Promise<string[]> {
  const server = await startScriptedSmtpServer(script);
  const session = await sessionWith(server);
  const recipients = ['a+b@x.test', 'ümläut@x.test'];
  const result = await session.send(messageOf('Subject: s\r\n\r\nhello\r\n', { recipients, ...(envelopeId ? { envelopeId } : {}) }));
  await session.close();
  await server.close();
  expect(result.outcome).toBe('accepted');
  return server.connections.flatMap(({ commands }) => commands).filter((command) => /^(MAIL|RCPT)/.test(command));
}

const WITH_DSN: SmtpScript = { extensions: ['PIPELINING', 'SMTPUTF8', 'DSN'], maxBytes: 0 };

describe('what a server is asked to report', () => {
  it('is failures and delays, by the name of the message and of each recipient', async () => {
    expect(await commandsOf(WITH_DSN, ID)).toEqual([
      `MAIL FROM:<billing@acme.test> SMTPUTF8 RET=HDRS ENVID=${ID}`,
      'RCPT TO:<a+b@x.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb@x.test',
      'RCPT TO:<ümläut@x.test> NOTIFY=FAILURE,DELAY ORCPT=utf-8;\\x{FC}ml\\x{E4}ut@x.test',
    ]);
  });

  it('is nothing where the server does not offer it, or nobody reads reports', async () => {
    const plain = ['MAIL FROM:<billing@acme.test> SMTPUTF8', 'RCPT TO:<a+b@x.test>', 'RCPT TO:<ümläut@x.test>'];
    expect(await commandsOf({ ...WITH_DSN, extensions: ['PIPELINING', 'SMTPUTF8'] }, ID)).toEqual(plain);
    expect(await commandsOf(WITH_DSN)).toEqual(plain);
  });

  it.each<[string, string]>([
    ['a=b+c@x.test', 'rfc822;a+3Db+2Bc@x.test'],
    ['a b\r\nRCPT TO:<evil@x.test>', 'rfc822;a+20b+0D+0ARCPT+20TO:<evil@x.test>'],
    ['ü\\+=\r\n\u2028@x.test', 'utf-8;\\x{FC}\\x{5C}\\x{2B}\\x{3D}\\x{0D}\\x{0A}\\x{2028}@x.test'],
  ])('writes %j as %j', (address, expected) => {
    expect(reportingOn(ID).atRcpt(address)).toBe(` NOTIFY=FAILURE,DELAY ORCPT=${expected}`);
  });

  it('never leaves its parameter, whatever an address or a name holds', () => {
    const ofAnything = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(ofAnything, ofAnything, (id, address) => {
        const { atMail, atRcpt } = reportingOn(id);
        expect(atMail).toMatch(/^ RET=HDRS(?: ENVID=[\x21-\x2a\x2c-\x3c\x3e-\x7e]*(?:\+[0-9A-F]{2}[\x21-\x2a\x2c-\x3c\x3e-\x7e]*)*)?$/);
        expect(atRcpt(address)).toMatch(/^ NOTIFY=FAILURE,DELAY(?: ORCPT=(?:rfc822|utf-8);[\x21-\x3c\x3e-\x7e]*)?$/);
      }),
    );
  });
});
