import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeReports } from './judge-reports.js';

const group = (address: string, action = 'failed', status = '5.2.2') =>
  [`Final-Recipient: rfc822; ${address}`, `Action: ${action}`, `Status: ${status}`].join('\r\n');
const reportOn = (...groups: string[]) =>
  [
    'From: MAILER-DAEMON@mx.example',
    'Subject: Undelivered Mail Returned to Sender',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    groups.join('\r\n\r\n'),
    '',
    '--b--',
    '',
  ].join('\r\n');

describe('judgeReports', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'reports-'));
    writeFileSync(join(folder, 'one.eml'), reportOn(group('anna@x.example'), group('carl@x.example', 'delivered', '2.0.0')));
    writeFileSync(join(folder, 'two.eml'), reportOn(group('Anna@x.example'), group('bert@x.example')));
    const anna = [{ recipient: 'anna@x.example', classes: ['mailbox_full'] }];
    writeFileSync(join(folder, 'expected.json'), JSON.stringify({ 'one.eml': anna, 'two.eml': anna }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('counts a report as wrong that names anybody as failed who is not expected', async () => {
    expect(await judgeReports(folder)).toEqual({
      lines: [
        'one.eml: rfc3464 failed mailbox_full 5.2.2 anna@x.example; rfc3464 delivered other 2.0.0 (carl@x.example)',
        'two.eml: rfc3464 failed mailbox_full 5.2.2 anna@x.example; rfc3464 failed mailbox_full 5.2.2 (bert@x.example)',
      ],
      counts: { read: 2, expected: 2, recipients: 2, right: 2, wrong: 1 },
    });
  });
});
