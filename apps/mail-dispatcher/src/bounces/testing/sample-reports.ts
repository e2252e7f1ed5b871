// Delivery reports (RFC 3464) as servers write them, for tests.

export type ReportedFate = { address: string; action?: string; status?: string; diagnostic?: string; original?: string };

/** A report about these recipients, sent to the return path `to`. */
export function reportTo(to: string, fates: readonly ReportedFate[], messageId = 'unknown@platform.example'): string {
  const groups = fates.map(({ address, action = 'failed', status = '5.1.1', diagnostic = '550 5.1.1 no such user', original }) =>
    [
      ...(original === undefined ? [] : [`Original-Recipient: rfc822;${original}`]),
      `Final-Recipient: rfc822; ${address}`,
      `Action: ${action}`,
      `Status: ${status}`,
      `Diagnostic-Code: smtp; ${diagnostic}`,
    ].join('\r\n'),
  );
  return [
    'From: MAILER-DAEMON@mx.test (Mail Delivery System)',
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
    '',
    '--b1',
    'Content-Type: text/plain',
    '',
    'I could not deliver your message.',
    '',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.test',
    '',
    groups.join('\r\n\r\n'),
    '',
    '--b1',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: <${messageId}>`,
    'Subject: Invoice',
    '',
    '--b1--',
    '',
  ].join('\r\n');
}

/** A complaint (RFC 5965) as a provider forwards it. With `about` `null` the recipient is redacted. */
export function complaintTo(to: string, about: string | null, messageId: string): string {
  return [
    'From: feedback@provider.test',
    `To: ${to}`,
    'Subject: FW: Invoice',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="b1"',
    '',
    '--b1',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: abuse',
    'User-Agent: Provider/1.0',
    'Version: 1',
    ...(about === null ? [] : [`Original-Rcpt-To: ${about}`]),
    '',
    '--b1',
    'Content-Type: message/rfc822',
    '',
    `Message-ID: <${messageId}>`,
    'Subject: Invoice',
    '',
    '--b1--',
    '',
  ].join('\r\n');
}
