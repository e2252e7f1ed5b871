// Sample reports, written after the published formats of programs and providers, with nobody's data in them.

/** Returns a mail made of its header lines and its body, with CRLF as on the wire. */
export function mail(header: readonly string[], ...body: string[]): Buffer {
  return Buffer.from([...header, 'MIME-Version: 1.0', ...body].join('\n').replace(/\r?\n/g, '\r\n'), 'utf8');
}

const RETURNED_HEADER = `Received: from out.billing.example (out.billing.example [192.0.2.1]) by mx.example; Thu, 26 Nov 2026 08:00:00 +0100
From: ACME <billing@acme.example>
To: anna@customer.example, ben@other.example
Subject: Invoice 2026-0042
Message-ID: <inv-1@billing.example>
Date: Thu, 26 Nov 2026 08:00:00 +0100`;

const FOREIGN_HEADER = RETURNED_HEADER.replace('inv-1@billing', 'another@elsewhere').replace(/To: .*/, 'To: zoe@nowhere.example');

/** A report in three parts (RFC 3462). */
export function multipartReport(
  words: string,
  status: string,
  returned: string = RETURNED_HEADER,
  from = 'MAILER-DAEMON@mx.example',
): Buffer {
  return mail(
    [
      `From: Mail Delivery System <${from}>`,
      'Return-Path: <>',
      'Subject: Undelivered Mail Returned to Sender',
      'Auto-Submitted: auto-replied',
    ],
    'Content-Type: multipart/report; report-type=delivery-status;\n boundary="b1"\n',
    `--b1\nContent-Type: text/plain; charset=utf-8\n\n${words}\n`,
    `--b1\nContent-Type: message/delivery-status\n\n${status}\n`,
    `--b1\nContent-Type: text/rfc822-headers\n\n${returned}\n\n--b1--\n`,
  );
}

function worded(from: string, subject: string, words: string): Buffer {
  return mail(
    [`From: ${from}`, 'Return-Path: <>', 'To: b+token@bounces.billing.example', `Subject: ${subject}`],
    'Content-Type: text/plain; charset=utf-8\n',
    words,
  );
}

const group = (address: string, action: string, status: string, diagnostic: string, more = ''): string =>
  `${more}Final-Recipient: rfc822; ${address}\nAction: ${action}\nStatus: ${status}\nDiagnostic-Code: smtp; ${diagnostic}\n`;

const REPORTER = 'Reporting-MTA: dns; mx.example\nArrival-Date: Thu, 26 Nov 2026 08:00:01 +0100\n\n';

/** Each sample by a name that says what it is. */
export const SAMPLES = {
  postfix: multipartReport(
    "This is the mail system at host mx.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<ben@other.example>: host mx.other.example[192.0.2.9] said: 550 5.1.1\n    <ben@other.example>: Recipient address rejected: User unknown in virtual\n    mailbox table (in reply to RCPT TO command)",
    REPORTER +
      group(
        'ben@other.example',
        'failed',
        '5.1.1',
        '550 5.1.1 <ben@other.example>: Recipient address rejected: User unknown in virtual mailbox table',
        'Original-Recipient: rfc822;ben@other.example\n',
      ),
  ),
  twoFates: multipartReport(
    'Your message could not be delivered to all.',
    `${REPORTER}${group('anna@customer.example', 'failed', '5.2.2', '552 5.2.2 Mailbox full')}\n${group('ben@other.example', 'delayed', '4.4.1', 'connect to mx.other.example[192.0.2.9]:25: Connection timed out', 'Will-Retry-Until: Mon, 30 Nov 2026 08:00:00 +0000\n')}\n${group('cleo@third.example', 'delivered', '2.0.0', '250 2.0.0 Ok')}`,
  ),
  forwarded: multipartReport(
    'I could not deliver it.',
    REPORTER +
      group(
        'forwarded@far-away.example',
        'failed',
        '5.1.1',
        '550 5.1.1 no such user',
        'Original-Recipient: rfc822;anna+40customer.example\n',
      ).replace('anna+40', 'anna@'),
  ),
  forwardedWithoutTrace: multipartReport(
    'I could not deliver it.',
    REPORTER + group('forwarded@far-away.example', 'failed', '5.1.1', '550 5.1.1 no such user'),
  ),
  internationalized: mail(
    ['From: Postmaster <postmaster@mx.example>', 'Subject: Delivery report'],
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b2\n',
    '--b2\nContent-Type: text/plain; charset=utf-8\n\nNicht zugestellt.\n',
    '--b2\nContent-Type: message/global-delivery-status\nContent-Transfer-Encoding: 8bit\n',
    'Reporting-MTA: dns; mx.example\n\nFinal-Recipient: utf-8; j\\x{F6}rg@b\\x{FC}cher.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unbekannter Empfänger\n\n--b2--\n',
  ),
  anotherMessage: multipartReport(
    'Failed.',
    REPORTER + group('zoe@nowhere.example', 'failed', '5.1.1', '550 no such user'),
    FOREIGN_HEADER,
  ),
  exim: worded(
    'Mail Delivery System <Mailer-Daemon@mx.example>',
    'Mail delivery failed: returning message to sender',
    `This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  anna@customer.example\n    SMTP error from remote mail server after RCPT TO:<anna@customer.example>:\n    host mx.customer.example [192.0.2.7]: 550 5.1.1 User unknown\n  ben@other.example\n    mailbox is full: retry timeout exceeded\n\n------ This is a copy of the message, including all the headers. ------\n\n${RETURNED_HEADER}\n\nHello cleo@third.example\n`,
  ),
  eximDelay: worded(
    'Mail Delivery System <Mailer-Daemon@mx.example>',
    'Warning: message 1abc delayed 24 hours',
    'This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.example.\n\nThe address to which the message has not yet been delivered is:\n\n  anna@customer.example\n    Delay reason: Connection timed out\n\nNo action is required on your part. Delivery attempts will continue for\nsome time, and this warning may be repeated at intervals if the message\nremains undelivered.\n',
  ),
  sendmail: worded(
    'Mail Delivery Subsystem <MAILER-DAEMON@mx.example>',
    'Returned mail: see transcript for details',
    `The original message was received at Thu, 26 Nov 2026 08:00:00 +0100\nfrom out.billing.example [192.0.2.1]\n\n   ----- The following addresses had permanent fatal errors -----\n<ben@other.example>\n    (reason: 550 5.1.1 <ben@other.example>... User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx.other.example.:\n>>> DATA\n<<< 550 5.1.1 <ben@other.example>... User unknown\n550 5.1.1 <ben@other.example>... User unknown\n\n   ----- Original message -----\n\n${RETURNED_HEADER}\n`,
  ),
  qmail: worded(
    'MAILER-DAEMON@mx.example',
    'failure notice',
    `Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<anna@customer.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n<ben@other.example>:\n192.0.2.9 failed after I sent the message.\nRemote host said: 552 5.3.4 Message size exceeds fixed limit\n\n--- Below this line is a copy of the message.\n\n${RETURNED_HEADER}\n`,
  ),
  exchange2003: mail(
    ['From: System Administrator <postmaster@customer.example>', 'Subject: Undeliverable: Invoice 2026-0042'],
    'Content-Type: multipart/mixed; boundary="----_=_Next"\n',
    '------_=_Next\nContent-Type: text/plain; charset="iso-8859-1"\n\nYour message\n\n  To:      anna@customer.example; ben@other.example\n  Subject: Invoice 2026-0042\n  Sent:    Thu, 26 Nov 2026 08:00:00 +0100\n\ndid not reach the following recipient(s):\n\nanna@customer.example on Thu, 26 Nov 2026 08:00:05 +0100\n    The recipient name is not recognized\n\tThe MTS-ID of the original message is: c=us;a= ;p=customer;l=MAIL-1\n    MSEXCH:IMS:CUSTOMER:SITE:MAIL 0 (000C05A6) Unknown Recipient\n',
    `------_=_Next\nContent-Type: message/rfc822\n\n${RETURNED_HEADER}\n\n------_=_Next--\n`,
  ),
  microsoft365: mail(
    [
      'From: Microsoft Outlook <MicrosoftExchange329e@customer.example>',
      'Subject: =?utf-8?B?VW56dXN0ZWxsYmFyOiBSZWNobnVuZw==?=',
      'Auto-Submitted: auto-replied',
      'X-MS-Exchange-Message-Is-Ndr:',
    ],
    'Content-Type: multipart/mixed; boundary="m365"\n',
    '--m365\nContent-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\n\n<html><head><style>p { color: red }</style></head><body><p>Your message to <a href=3D"mailto:anna@customer.example">anna@customer.example</a> couldn\'t be delivered.</p><p>anna wasn\'t found at customer.example.</p><p>Diagnostic information for administrators:<br>Remote Server returned \'550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup\'</p></body></html>\n\n--m365--\n',
  ),
  microsoft365Details: mail(
    ['From: Microsoft Outlook <MicrosoftExchange329e@customer.example>', 'Subject: Undeliverable: Invoice', 'Auto-Submitted: auto-replied'],
    'Content-Type: text/html; charset=utf-8\n',
    "<p>Your message to anna@customer.example couldn't be delivered.</p><p>anna@customer.example's mailbox is full</p><table><tr><td>Recipient Address:</td><td>anna@customer.example</td></tr><tr><td>To:</td><td>ben@other.example</td></tr></table>\n",
  ),
  postfixDelivered: worded(
    'MAILER-DAEMON@mx.example (Mail Delivery System)',
    'Successful Mail Delivery Report',
    'This is the mail system at host mx.example.\n\nYour message was successfully delivered to the destination(s)\nlisted below.\n\n<anna@customer.example>: delivery via mx.customer.example[192.0.2.7]:25: 250 2.0.0 Ok\n',
  ),
  postfixDelay: worded(
    'MAILER-DAEMON@mx.example (Mail Delivery System)',
    'Delayed Mail (still being retried)',
    'This is the mail system at host mx.example.\n\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n\nYour message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n\n<anna@customer.example>: connect to mx.customer.example[192.0.2.7]:25: Connection refused\n',
  ),
  gmailDelay: worded(
    'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
    'Delivery Status Notification (Delay)',
    "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to anna@customer.example. Gmail will retry for 46 more hours. You'll be notified if the delivery fails permanently.\n",
  ),
  gmail: worded(
    'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
    'Delivery Status Notification (Failure)',
    `\n** Address not found **\n\nYour message wasn't delivered to anna@customer.example because the address couldn't be found, or is unable to receive mail.\n\nThe response from the remote server was:\n550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces.\n`,
  ),
  failedInHeader: mail(
    [
      'From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
      'Subject: Delivery Status Notification (Failure)',
      'X-Failed-Recipients: anna@customer.example',
    ],
    '',
    "Hello ben@other.example,\n\nWe're writing to let you know that the group you tried to contact (invoices) may not exist, or you may not have permission to post messages to the group.\n",
  ),
  mailMarshal: worded(
    'postmaster@customer.example',
    'Undeliverable Mail: "Invoice"',
    'Your message:\n   From:    ben@other.example\n   Subject: Invoice\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected: \n    anna@customer.example\n\nAdditional Information\n======================\nOriginal Sender:    <ben@other.example>\nRemote-MTA:         <192.0.2.7>\n',
  ),
  contactNamed: worded(
    'MAILER-DAEMON@mx.example',
    'Undelivered Mail Returned to Sender',
    "I'm sorry to have to inform you that your message could not be delivered.\nFor further assistance, please send mail to <ben@other.example>\n\n<anna@customer.example>: host mx.customer.example said: 550 5.1.1 User unknown\n",
  ),
  domino: worded(
    'Postmaster@customer.example',
    'DELIVERY FAILURE: User anna (anna@customer.example) not listed in Domino Directory',
    'Your message\n\n  Subject: Invoice 2026-0042\n\nwas not delivered to:\n\n  anna@customer.example\n\nbecause:\n\n  User anna (anna@customer.example) not listed in Domino Directory\n',
  ),
  amazonSes: multipartReport(
    'An error occurred while trying to deliver the mail to the following recipients:\nanna@customer.example',
    'Reporting-MTA: dns; a8-1.smtp-out.amazonses.com\n\n' +
      group(
        'anna@customer.example',
        'failed',
        '5.1.1',
        '550 5.1.1 <anna@customer.example>: Email address could not be found, or was misspelled (G8)',
      ),
    RETURNED_HEADER.replace('inv-1@billing.example', '0100018f-aaaa@email.amazonses.com'),
  ),
  gmx: worded(
    'MAILER-DAEMON@mail.gmx.net',
    'Mail delivery failed: returning message to sender',
    `This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of\nits recipients. This is a permanent error. The following address\nfailed:\n\n"anna@customer.example":\nSMTP error from remote server after RCPT command:\nhost: mx.customer.example\n5.1.1 <anna@customer.example>... User Unknown\n\n\n--- The header of the original message is following. ---\n\n${RETURNED_HEADER}\n`,
  ),
  tOnline: worded(
    'Mail Delivery System <MAILER-DAEMON@t-online.de>',
    'Unzustellbare Nachricht',
    'Die Nachricht konnte nicht zugestellt werden an:\n\n<anna@customer.example>\n\nGrund: 552 5.2.2 Das Postfach des Empfängers ist voll.\n',
  ),
  mailRu: worded(
    'mailer-daemon@corp.mail.ru',
    '=?UTF-8?B?0JLQsNGI0LUg0YHQvtC+0LHRidC10L3QuNC1INC90LUg0LTQvtGB0YLQsNCy0LvQtdC90L4=?=. Mail failure.',
    'К сожалению, Ваше письмо не может быть доставлено одному или нескольким получателям:\n\n  anna@customer.example\n    SMTP error from remote mail server after RCPT TO:<anna@customer.example>:\n    host mx.customer.example [192.0.2.7]: 550 5.2.2 Mailbox Full\n',
  ),
  spanish: worded(
    'postmaster@cliente.example',
    'No se pudo entregar: Factura',
    'No se pudo entregar el mensaje a estos destinatarios:\n\nanna@customer.example\nEl buzón está lleno.\n',
  ),
  chinese: worded(
    'postmaster@kehu.example',
    '系统退信',
    '抱歉,您的邮件无法送达以下收件人:\n\nanna@customer.example\n\n退信原因:用户不存在\n',
  ),
  french: worded(
    'Postmaster <postmaster@client.example>',
    'Échec de la remise',
    "Votre message n'a pas pu être remis à :\n\nanna@customer.example\n\nUtilisateur inconnu\n",
  ),
  statusInWords: worded(
    'postmaster@gateway.example',
    'Undeliverable mail',
    'The gateway turned this report into text.\n\n  Reporting-MTA: dns; mx.example\n\n  Final-Recipient: rfc822; anna@customer.example\n  Action: failed\n  Status: 5.7.1\n  Diagnostic-Code: smtp; 554 5.7.1 Message rejected as spam\n',
  ),
  brokenMime: mail(
    ['From: MAILER-DAEMON@mx.example', 'Subject: Delivery failure'],
    'Content-Type: multipart/report; report-type=delivery-status; boundary="not-this-one"\n',
    `--this-one\nContent-Type: text/plain\n\nIt failed.\n\n--this-one\nContent-Type: message/delivery-status\n\n${REPORTER}${group('anna@customer.example', 'failed', '5.1.1', '550 5.1.1 unknown user')}`,
  ),
  reportInMail: mail(
    ['From: Clerk <clerk@acme.example>', 'Subject: Fwd: look at this'],
    'Content-Type: multipart/mixed; boundary=outer\n',
    '--outer\nContent-Type: text/plain\n\nWhat does this want from me?\n',
    `--outer\nContent-Type: message/rfc822\n\n${multipartReport('Failed.', REPORTER + group('anna@customer.example', 'failed', '5.1.1', '550 unknown user')).toString('utf8')}\n--outer--\n`,
  ),
  noHeaders: worded(
    'MAILER-DAEMON@mx.example',
    'Delivery failure',
    'Your mail could not be delivered. We do not say to whom.\n550 User unknown\n',
  ),
  complaint: mail(
    ['From: Feedback <feedback@arf.mail.example>', 'Subject: FW: Invoice'],
    'Content-Type: multipart/report; report-type=feedback-report; boundary=arf\n',
    '--arf\nContent-Type: text/plain\n\nThis is an email abuse report.\n',
    '--arf\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Example/1.0\nVersion: 1\nOriginal-Rcpt-To: <anna@customer.example>\n',
    `--arf\nContent-Type: message/rfc822\n\n${RETURNED_HEADER}\n\nHello\n--arf--\n`,
  ),
  praise: mail(
    ['From: Feedback <feedback@arf.mail.example>', 'Subject: FW: Invoice'],
    'Content-Type: multipart/report; report-type=feedback-report; boundary=arf\n',
    '--arf\nContent-Type: message/feedback-report\n\nFeedback-Type: not-spam\nOriginal-Rcpt-To: <anna@customer.example>\n\n--arf--\n',
  ),
  outOfOffice: mail(
    [
      'From: Anna <anna@customer.example>',
      'Subject: Automatische Antwort: Rechnung',
      'Auto-Submitted: auto-replied',
      'X-Auto-Response-Suppress: All',
    ],
    '',
    'Ich bin bis 3. Dezember nicht im Büro.\n',
  ),
  answerWithNullSender: mail(
    [
      'From: Anna <anna@customer.example>',
      'Return-Path: <>',
      'Subject: Out of Office: Delivery of invoice failed?',
      'Auto-Submitted: auto-replied',
    ],
    '',
    'I am out of the office.\n',
  ),
  absenceBySubject: mail(['From: Anna <anna@customer.example>', 'Subject: Absence du bureau: Facture'], '', 'Je suis de retour lundi.\n'),
  absenceBySieve: mail(
    [
      'From: Anna <anna@customer.example>',
      'Subject: Auto: Invoice 2026-0042',
      'Auto-Submitted: auto-replied (vacation)',
      'Precedence: bulk',
    ],
    '',
    'Back on 4 December.\n',
  ),
  ticket: mail(
    ['From: Help <help@customer.example>', 'Subject: [Ticket 4711] Invoice', 'Precedence: bulk', 'Auto-Submitted: auto-generated'],
    '',
    'We have received your request.\n',
  ),
  newsletter: mail(
    ['From: Shop <news@shop.example>', 'Subject: Delivery problems? Our returned mail special', 'Precedence: bulk'],
    '',
    'Your message could not be delivered to the following recipients: ben@other.example, says nobody.\n',
  ),
  letter: mail(
    ['From: Anna <anna@customer.example>', 'Subject: Re: Invoice 2026-0042'],
    '',
    'Please correct the address. The last invoice could not be delivered to anna@customer.example, she said.\n',
  ),
  spam: mail(['From: Winner <win@casino.example>', 'Subject: You won'], '', 'Click here, ben@other.example!\n'),
  prototypeField: multipartReport(
    'Failed.',
    `${REPORTER}__proto__: x\nconstructor: y\n${group('anna@customer.example', 'failed', '5.1.1', '550 unknown user')}`,
  ),
} as const satisfies Record<string, Buffer>;
