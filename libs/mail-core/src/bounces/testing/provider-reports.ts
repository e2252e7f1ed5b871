// Reports in the style of servers and providers in several languages, each with what it says: whom it is about, what became of the mail,
// and why. They are written from the programs' published texts and hold nobody's data.
import { type BounceClass } from '@billing-mail/contracts';
import { type FateAction } from '../report.js';
import { mail } from './samples.js';

/** The recipients of the delivery that all these reports are about. */
export const RECIPIENTS = ['anna.berg@kunde.example', 'b.meier@firma.example', 'claire@societe.example'] as const;
export const MESSAGE_ID = 're-4711@billing.example';
const [ANNA, BERND, CLAIRE] = RECIPIENTS;

const RETURNED = `Received: from out.billing.example (out.billing.example [192.0.2.1])
\tby mx.example (Postfix) with ESMTPS id 4Xyz; Fri, 27 Nov 2026 07:30:01 +0100 (CET)
From: "ACME GmbH" <billing@platform.example>
Reply-To: billing@acme.example
To: ${RECIPIENTS.join(', ')}
Subject: Rechnung 4711
Message-ID: <${MESSAGE_ID}>
Date: Fri, 27 Nov 2026 07:30:00 +0100`;

/** What a report says about one recipient; several classes if a person would accept each of them. */
type Said = readonly [recipient: string | null, action: FateAction, ...classes: BounceClass[]];
export type ProviderReport = { readonly name: string; readonly raw: Buffer; readonly says: readonly Said[] | 'absence' | 'complaint' };

const plain = (from: string, subject: string, text: string, ...header: string[]): Buffer =>
  mail(
    [`Return-Path: <>`, `From: ${from}`, 'To: b+token@bounce.billing.example', `Subject: ${subject}`, ...header],
    'Content-Type: text/plain; charset=utf-8\n',
    text,
  );

const html = (from: string, subject: string, text: string, ...header: string[]): Buffer =>
  mail(
    [`Return-Path: <>`, `From: ${from}`, 'To: b+token@bounce.billing.example', `Subject: ${subject}`, ...header],
    'Content-Type: text/html; charset=utf-8\n',
    text,
  );

/** Returns a report in three parts (RFC 3462), with `status` as the program writes it. */
const parts = (from: string, subject: string, text: string, status: string, returned = RETURNED): Buffer =>
  mail(
    [`Return-Path: <>`, `From: ${from}`, 'To: b+token@bounce.billing.example', `Subject: ${subject}`, 'Auto-Submitted: auto-replied'],
    'Content-Type: multipart/report; report-type=delivery-status; boundary="=_r"\n',
    `--=_r\nContent-Type: text/plain; charset=utf-8\n\n${text}\n`,
    `--=_r\nContent-Type: message/delivery-status\n\n${status}\n`,
    `--=_r\nContent-Type: text/rfc822-headers\n\n${returned}\n\n--=_r--\n`,
  );

const POSTFIX_SUBJECT = 'Undelivered Mail Returned to Sender';
const postfix = (host: string, entry: string, groups: string): Buffer =>
  parts(
    `Mail Delivery System <MAILER-DAEMON@${host}>`,
    POSTFIX_SUBJECT,
    `This is the mail system at host ${host}.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

${entry}`,
    `Reporting-MTA: dns; ${host}
X-Postfix-Queue-ID: 4Xyz
X-Postfix-Sender: rfc822; b+token@bounce.billing.example
Arrival-Date: Fri, 27 Nov 2026 07:30:01 +0100 (CET)

${groups}`,
  );
const group = (address: string, status: string, diagnostic: string, { original = address, action = 'failed' } = {}): string =>
  `Final-Recipient: rfc822; ${address}
Original-Recipient: rfc822;${original}
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.example
Diagnostic-Code: smtp; ${diagnostic}
`;
/** Returns Postfix's report about one recipient, whose server answered with `said`. */
const postfixSaid = (host: string, address: string, status: string, said: string): Buffer =>
  postfix(
    host,
    `<${address}>: host mx.example[192.0.2.25] said:\n    ${said} (in reply to RCPT TO\n    command)`,
    group(address, status, said),
  );

const EXIM_OPENING = `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:
`;
const eximCopy = `------ This is a copy of the message, including all the headers. ------

Return-path: <b+token@bounce.billing.example>
${RETURNED}

Sehr geehrte Damen und Herren,
`;
const exim = (entry: string): Buffer =>
  plain(
    'Mail Delivery System <Mailer-Daemon@relay.example>',
    'Mail delivery failed: returning message to sender',
    `${EXIM_OPENING}\n${entry}\n\n${eximCopy}`,
    `X-Failed-Recipients: ${ANNA}`,
  );

const exchange = (
  from: string,
  subject: string,
  words: string,
  diagnosticTitle: string,
  server: string,
  code: string,
  address: string,
): Buffer =>
  parts(
    from,
    subject,
    `${words}

${diagnosticTitle}

${server}: MX01.kunde.local

${address}
${code}
`,
    `Reporting-MTA: dns;MX01.kunde.local
Received-From-MTA: dns;mail.kunde.example
Arrival-Date: Fri, 27 Nov 2026 06:30:02 +0000

Final-Recipient: rfc822;${address}
Action: failed
Status: ${/\d\.\d+\.\d+/.exec(code)?.[0] ?? '5.0.0'}
Diagnostic-Code: smtp;${code.replace(/^#|\s*##$/g, '')}
X-Display-Name: ${address.split('@')[0]}
`,
  );
const GERMAN_EXCHANGE = ['Diagnoseinformationen für Administratoren:', 'Generierender Server'] as const;
const FRENCH_EXCHANGE = ['Informations de diagnostic pour les administrateurs :', 'Serveur de génération'] as const;

const gmail = (subject: string, text: string, status: string): Buffer =>
  mail(
    [
      'Return-Path: <>',
      'From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
      'To: b+token@bounce.billing.example',
      'Auto-Submitted: auto-replied',
      `Subject: ${subject}`,
      `X-Failed-Recipients: ${ANNA}`,
    ],
    'Content-Type: multipart/report; boundary="000000000000c3"; report-type=delivery-status\n',
    `--000000000000c3\nContent-Type: multipart/related; boundary="000000000000c4"\n\n--000000000000c4\nContent-Type: multipart/alternative; boundary="000000000000c5"\n\n--000000000000c5\nContent-Type: text/plain; charset="UTF-8"\n\n${text}\n\n--000000000000c5\nContent-Type: text/html; charset="UTF-8"\n\n<html><body><p>${text.replaceAll('\n', '<br>')}</p></body></html>\n\n--000000000000c5--\n--000000000000c4--\n`,
    `--000000000000c3\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; googlemail.com\nReceived-From-MTA: dns; b+token@bounce.billing.example\nArrival-Date: Thu, 26 Nov 2026 22:30:01 -0800 (PST)\nX-Original-Message-ID: <${MESSAGE_ID}>\n\n${status}\n`,
    `--000000000000c3\nContent-Type: message/rfc822\n\n${RETURNED}\n\n--000000000000c3--\n`,
  );
const gmailGroup = (action: string, status: string, said: string): string =>
  `Final-Recipient: rfc822; ${ANNA}
Action: ${action}
Status: ${status}
Remote-MTA: dns; gmail-smtp-in.l.google.com. (142.250.27.26, the server for
 the domain kunde.example.)
Diagnostic-Code: smtp; ${said}
Last-Attempt-Date: Thu, 26 Nov 2026 22:30:02 -0800 (PST)
`;

const ses = (action: string, status: string, said: string): Buffer =>
  parts(
    'MAILER-DAEMON@eu-central-1.amazonses.com',
    'Delivery Status Notification (Failure)',
    `An error occurred while trying to deliver the mail to the following recipients:\n${ANNA}`,
    `Reporting-MTA: dns; b224-13.smtp-out.eu-central-1.amazonses.com

Action: ${action}
Final-Recipient: rfc822; ${ANNA}
Diagnostic-Code: smtp; ${said}
Status: ${status}
`,
    RETURNED.replace(MESSAGE_ID, '0107019a-0000@eu-central-1.amazonses.com'),
  );

const qmail = (
  entries: string,
  opening = `Hi. This is the qmail-send program at mail.kunde.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.`,
): Buffer =>
  plain(
    'MAILER-DAEMON@mail.kunde.example',
    'failure notice',
    `${opening}\n\n${entries}\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <b+token@bounce.billing.example>\n${RETURNED}\n\nText\n`,
  );

const smail = (failed: string): Buffer =>
  plain(
    'Mail Delivery System <MAILER-DAEMON@t-online.example>',
    'mail failed, returning to sender',
    `|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 ${failed}
|------------------------- Message text follows: ------------------------|
Received: from out.billing.example ([192.0.2.1]) by fwd20.t-online.example
\twith esmtp id 0Xyz; Fri, 27 Nov 2026 07:30 +0100
From: "ACME GmbH" <billing@platform.example>
To: ${RECIPIENTS.join(', ')}
Message-ID: <${MESSAGE_ID}>
Subject: Rechnung 4711

Text
`,
  );

const domino = (subject: string, words: string): Buffer =>
  plain('Postmaster@firma.example', subject, words, 'X-Mailer: Lotus Domino Release 9.0.1FP10');

export const PROVIDER_REPORTS: readonly ProviderReport[] = [
  // German providers.
  { name: 't-online: nobody of that name', raw: smail(`<${ANNA}> ... unknown recipient`), says: [[ANNA, 'failed', 'no_such_address']] },
  {
    name: 't-online: full',
    raw: postfixSaid('mailin21.aul.t-online.example', ANNA, '5.2.2', `552 5.2.2 <${ANNA}>: Quota exceeded (mailbox for user is full)`),
    says: [[ANNA, 'failed', 'mailbox_full']],
  },
  {
    name: 't-online: reputation',
    raw: postfixSaid(
      'mforward4.dtag.example',
      ANNA,
      '5.0.0',
      '554 IP=192.0.2.1 - A problem occurred. Ask your postmaster for help or to contact tosa@rx.t-online.example to clarify. (BL)',
    ),
    says: [[ANNA, 'failed', 'blocked']],
  },
  {
    name: 'GMX: unavailable',
    raw: plain(
      '"GMX Mailer Daemon" <mailer-daemon@gmx.example>',
      'Mail delivery failed: returning message to sender',
      `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address
failed:

"${BERND}":
SMTP error from remote server after RCPT command:
host: mx00.firma.example
Requested action not taken: mailbox unavailable
invalid DNS MX or A/AAAA resource record


--- The header of the original message is following. ---

Received: from out.billing.example ([192.0.2.1]) by mx-ha.gmx.example
${RETURNED}
`,
    ),
    says: [[BERND, 'failed', 'no_such_address', 'domain_not_found']],
  },
  {
    name: 'web.de: German words',
    raw: plain(
      '"WEB.DE Mailer Daemon" <mailer-daemon@web.example>',
      'Ihre E-Mail konnte nicht zugestellt werden',
      `Diese Nachricht wurde automatisch vom Mailsystem erzeugt.

Leider konnte Ihre E-Mail nicht an alle Empfänger zugestellt werden. Es handelt
sich um einen dauerhaften Fehler. Folgende Adresse ist betroffen:

"${ANNA}":
550 Dieses Postfach existiert nicht


--- Es folgt der Kopf der ursprünglichen Nachricht. ---

${RETURNED}
`,
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'web.de: full, as GMX says it',
    raw: plain(
      'mailer-daemon@web.example',
      'Mail delivery failed: returning message to sender',
      `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address
failed:

${ANNA}:
Quota exceeded. The recipients mailbox is full.


--- The header of the original message is following. ---

${RETURNED}
`,
    ),
    says: [[ANNA, 'failed', 'mailbox_full']],
  },
  {
    name: 'IONOS: refused in the greeting',
    raw: plain(
      '"Mail Delivery System" <mailer-daemon@kundenserver.example>',
      'Mail delivery failed: returning message to sender',
      `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error.

The following address failed:

    ${BERND}:
        SMTP error from remote server in greeting, host: mx1.firma.example (192.0.2.33)
        reason: 554-mx1.firma.example
        554 Your access to this mail system has been rejected due to the sending MTA's poor reputation. If you believe that this failure is in error, please contact the intended recipient via alternate means.


--- The header of the original message is following. ---

${RETURNED}
`,
    ),
    says: [[BERND, 'failed', 'blocked']],
  },
  {
    name: 'GMX to others: reject due to policy',
    raw: postfixSaid(
      'relay.example',
      ANNA,
      '5.0.0',
      `554-gmx.net (mxgmx116) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is block listed. 554 For explanation visit https://postmaster.gmx.example/case?c=r0103`,
    ),
    says: [[ANNA, 'failed', 'blocked']],
  },
  {
    name: 'Strato: no spam please',
    raw: postfixSaid('smtpin.rzone.example', BERND, '5.7.1', '550 5.7.1 Refused by local policy. No SPAM please! (B-URL)'),
    says: [[BERND, 'failed', 'content_refused', 'policy']],
  },
  // Exchange and Microsoft 365.
  {
    name: 'Exchange in German: not found',
    raw: exchange(
      '"Microsoft Outlook" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@kunde.example>',
      'Unzustellbar: Rechnung 4711',
      `Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:

${ANNA}
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden. Überprüfen Sie die E-Mail-Adresse des Empfängers, und versuchen Sie, die Nachricht erneut zu senden. Wenden Sie sich an den Helpdesk, wenn das Problem weiterhin besteht.`,
      ...GERMAN_EXCHANGE,
      '#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##',
      ANNA,
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Exchange in German, words alone: full',
    raw: plain(
      'Systemadministrator <postmaster@kunde.example>',
      'Unzustellbar: Rechnung 4711',
      `Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:

Berg, Anna<mailto:${ANNA}>
Das Postfach des Empfängers ist voll und kann zurzeit keine Nachrichten annehmen. Versuchen Sie später, diese Nachricht erneut zu senden, oder wenden Sie sich direkt an den Empfänger.

Gesendet von Microsoft Exchange Server 2007`,
    ),
    says: [[ANNA, 'failed', 'mailbox_full']],
  },
  {
    name: 'Exchange 2003 in German: two recipients',
    raw: plain(
      'System Administrator <postmaster@kunde.example>',
      'Unzustellbar: Rechnung 4711',
      `Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.

      Betreff:\tRechnung 4711
      Gesendet am:\t27.11.2026 07:30

Folgende(r) Empfänger kann/können nicht erreicht werden:

      ${ANNA} am 27.11.2026 07:31
            Das E-Mail-Konto ist in der Organisation, an die die Nachricht gesendet wurde, nicht vorhanden. Überprüfen Sie die E-Mail-Adresse, oder wenden Sie sich direkt an den Empfänger, um die richtige Adresse zu erhalten.
            <mx01.kunde.example #5.1.1>

      ${BERND} am 27.11.2026 07:31
            Die Nachricht ist größer als das aktuelle Systemlimit, oder das Postfach des Empfängers ist voll. Verkürzen Sie den Nachrichtentext oder entfernen Sie Dateien, und versuchen Sie es erneut.
            <mx01.kunde.example #5.2.3>
`,
    ),
    says: [
      [ANNA, 'failed', 'no_such_address'],
      [BERND, 'failed', 'too_large', 'mailbox_full'],
    ],
  },
  {
    name: 'Exchange in French: not found',
    raw: exchange(
      '"Microsoft Outlook" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@societe.example>',
      'Non remis : Facture 4711',
      `Échec de la remise pour ces destinataires ou groupes :

${CLAIRE}
L'adresse de messagerie que vous avez entrée est introuvable. Vérifiez l'adresse de messagerie du destinataire et essayez de renvoyer le message.`,
      ...FRENCH_EXCHANGE,
      '#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##',
      CLAIRE,
    ),
    says: [[CLAIRE, 'failed', 'no_such_address']],
  },
  {
    name: 'Exchange in French: too large',
    raw: exchange(
      'postmaster@societe.example',
      'Non remis : Facture 4711',
      `Échec de la remise pour ces destinataires ou groupes :

${CLAIRE}
Votre message est trop volumineux pour être remis à ce destinataire.`,
      ...FRENCH_EXCHANGE,
      '#550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient ##',
      CLAIRE,
    ),
    says: [[CLAIRE, 'failed', 'too_large']],
  },
  {
    name: 'Exchange in French, words alone: full',
    raw: html(
      'Microsoft Outlook <postmaster@societe.example>',
      'Non remis : Facture 4711',
      `<html><body><p><b>Échec de la remise pour ces destinataires ou groupes :</b></p><p><a href="mailto:${CLAIRE}">Claire Dupont</a> (${CLAIRE})<br>La boîte aux lettres du destinataire est pleine et ne peut pas accepter de messages pour l'instant. Réessayez d'envoyer le message ultérieurement.</p></body></html>`,
    ),
    says: [[CLAIRE, 'failed', 'mailbox_full']],
  },
  {
    name: 'Exchange in Spanish: not found',
    raw: exchange(
      '"Microsoft Outlook" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@kunde.example>',
      'No se puede entregar: Factura 4711',
      `No se pudo entregar el mensaje a estos destinatarios o grupos:

${ANNA}
No se encuentra la dirección de correo que ha escrito. Compruebe la dirección de correo electrónico del destinatario e intente reenviar el mensaje.`,
      'Información de diagnóstico para los administradores:',
      'Servidor de generación',
      '#550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ' + ANNA + ' not found by SMTP address lookup ##',
      ANNA,
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Microsoft 365: members only',
    raw: exchange(
      '"Microsoft Outlook" <postmaster@kunde.example>',
      'Undeliverable: Rechnung 4711',
      `Delivery has failed to these recipients or groups:

invoices (${ANNA})
Your message can't be delivered because delivery to this address is restricted.`,
      'Diagnostic information for administrators:',
      'Generating server',
      '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed because the sender was not authenticated when sending to this group',
      ANNA,
    ),
    says: [[ANNA, 'failed', 'recipient_refuses']],
  },
  {
    name: 'Microsoft 365: access denied at the edge',
    raw: postfixSaid(
      'relay.example',
      ANNA,
      '5.4.1',
      `550 5.4.1 Recipient address rejected: Access denied. [DB5EUR01FT042.eop-EUR01.prod.protection.outlook.com 2026-11-27T06:30:02.123Z 08DE2D]`,
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Microsoft 365 in German: page alone',
    raw: html(
      'Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@kunde.example>',
      'Unzustellbar: Rechnung 4711',
      `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body><p>Ihre Nachricht an <a href="mailto:${ANNA}">${ANNA}</a> konnte nicht zugestellt werden.</p><p>anna.berg wurde unter kunde.example nicht gefunden.</p><table><tr><td>billing</td><td>Office 365</td><td>anna.berg</td></tr><tr><td>Aktion erforderlich</td><td></td><td>Empfänger</td></tr></table><p>Unbekannte An-Adresse</p></body></html>`,
      'X-MS-Exchange-Message-Is-Ndr:',
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Microsoft 365: banned address',
    raw: postfixSaid(
      'relay.example',
      BERND,
      '5.7.606',
      '550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from this list please visit https://sender.office.example/ and follow the directions. (AS16012609)',
    ),
    says: [[BERND, 'failed', 'blocked']],
  },
  {
    name: 'Outlook.com: full',
    raw: exchange(
      'postmaster@outlook.example',
      'Undeliverable: Rechnung 4711',
      `Delivery has failed to these recipients or groups:

${ANNA}
The recipient's mailbox is full and can't accept messages now. Please try resending your message later, or contact the recipient directly.`,
      'Diagnostic information for administrators:',
      'Generating server',
      '554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent exception',
      ANNA,
    ),
    says: [[ANNA, 'failed', 'mailbox_full']],
  },
  {
    name: 'Microsoft 365: no such domain',
    raw: exchange(
      'postmaster@kunde.example',
      'Undeliverable: Rechnung 4711',
      `Delivery has failed to these recipients or groups:

${BERND}
Your message couldn't be delivered. The Domain Name System (DNS) reported that the recipient's domain does not exist.`,
      'Diagnostic information for administrators:',
      'Generating server',
      '550 5.4.310 DNS domain firma.example does not exist [Message=InfoDomainNonexistent]',
      BERND,
    ),
    says: [[BERND, 'failed', 'domain_not_found']],
  },
  // Google.
  {
    name: 'Gmail: not found',
    raw: gmail(
      'Delivery Status Notification (Failure)',
      `\n** Address not found **\n\nYour message wasn't delivered to ${ANNA} because the address couldn't be found, or is unable to receive mail.\n\nLearn more here: https://support.google.example/mail/?p=NoSuchUser\n\nThe response was:\n\nThe email account that you tried to reach does not exist.`,
      gmailGroup(
        'failed',
        '5.1.1',
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the recipient's email address for typos or\n 550-5.1.1 unnecessary spaces. 550 5.1.1 https://support.google.example/mail/?p=NoSuchUser a640c23 - gsmtp",
      ),
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Gmail: out of storage',
    raw: gmail(
      'Delivery Status Notification (Failure)',
      `\n** Recipient inbox full **\n\nYour message couldn't be delivered to ${ANNA}. Their inbox is full, or it's getting too much mail right now.`,
      gmailGroup(
        'failed',
        '5.2.2',
        "552-5.2.2 The recipient's inbox is out of storage space and inactive. Please\n 552-5.2.2 direct the recipient to\n 552 5.2.2 https://support.google.example/mail/?p=OverQuotaPerm - gsmtp",
      ),
    ),
    says: [[ANNA, 'failed', 'mailbox_full']],
  },
  {
    name: 'Gmail in German, words alone',
    raw: plain(
      'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
      'Delivery Status Notification (Failure)',
      `
** Die Adresse wurde nicht gefunden **

Ihre Nachricht wurde nicht an ${ANNA} zugestellt, weil die Adresse nicht gefunden wurde oder keine E-Mails empfangen kann.

Antwort:
550 5.1.1 The email account that you tried to reach does not exist.
`,
      `X-Failed-Recipients: ${ANNA}`,
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Gmail: taken for spam',
    raw: gmail(
      'Delivery Status Notification (Failure)',
      `\n** Message blocked **\n\nYour message to ${ANNA} has been blocked. See technical details below for more information.`,
      gmailGroup(
        'failed',
        '5.7.1',
        '550-5.7.1 [192.0.2.1] Our system has detected that this message is likely\n 550-5.7.1 unsolicited mail. To reduce the amount of spam sent to Gmail, this\n 550 5.7.1 message has been blocked. - gsmtp',
      ),
    ),
    says: [[ANNA, 'failed', 'content_refused']],
  },
  {
    name: 'Gmail: DMARC',
    raw: gmail(
      'Delivery Status Notification (Failure)',
      `\n** Message blocked **\n\nYour message to ${ANNA} has been blocked.`,
      gmailGroup(
        'failed',
        '5.7.26',
        "550-5.7.26 Unauthenticated email from platform.example is not accepted due to\n 550-5.7.26 domain's DMARC policy. Please contact the administrator of\n 550 5.7.26 platform.example domain - gsmtp",
      ),
    ),
    says: [[ANNA, 'failed', 'authentication']],
  },
  {
    name: 'Gmail: no answer yet',
    raw: gmail(
      'Delivery Status Notification (Delay)',
      `\n** Delivery incomplete **\n\nThere was a temporary problem delivering your message to ${ANNA}. Gmail will retry for 46 more hours. You'll be notified if the delivery fails permanently.\n\nThe recipient server did not accept our requests to connect. [mx.kunde.example 192.0.2.44: timed out]`,
      gmailGroup(
        'delayed',
        '4.4.1',
        'The recipient server did not accept our requests to connect. [mx.kunde.example 192.0.2.44: timed out]',
      ),
    ),
    says: [[ANNA, 'delayed', 'unreachable']],
  },
  // Yahoo, Apple, Zoho, Proton.
  {
    name: 'Yahoo: not valid',
    raw: plain(
      'MAILER-DAEMON@yahoo.example',
      'Failure Notice',
      `Sorry, we were unable to deliver your message to the following address.

<${ANNA}>:
554: delivery error: dd Not a valid recipient - atlas216.free.mail.ir2.yahoo.example

--- Below this line is a copy of the message.

${RETURNED}
`,
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Yahoo: no domain',
    raw: plain(
      'MAILER-DAEMON@yahoo.example',
      'Failure Notice',
      `Sorry, we were unable to deliver your message to the following address.

<${BERND}>:
No MX or A records for firma.example

--- Below this line is a copy of the message.

${RETURNED}
`,
    ),
    says: [[BERND, 'failed', 'domain_not_found']],
  },
  {
    name: 'Yahoo: deferred for complaints',
    raw: postfixSaid(
      'relay.example',
      ANNA,
      '4.7.0',
      '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.example/error-codes',
    ),
    says: [[ANNA, 'failed', 'rate_limited', 'blocked']],
  },
  {
    name: 'iCloud: full',
    raw: postfixSaid('relay.example', ANNA, '5.2.2', `552 5.2.2 <${ANNA}>: user is over quota`),
    says: [[ANNA, 'failed', 'mailbox_full']],
  },
  {
    name: 'iCloud: no longer there',
    raw: postfixSaid('relay.example', ANNA, '5.1.6', '550 5.1.6 recipient no longer on server'),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'iCloud: local policy',
    raw: postfixSaid(
      'relay.example',
      ANNA,
      '5.7.1',
      '554 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.example/en-us/HT204137',
    ),
    says: [[ANNA, 'failed', 'policy', 'content_refused']],
  },
  {
    name: 'Zoho: not found',
    raw: plain(
      'mailer-daemon@mail.zoho.example',
      'Undelivered Mail Returned to Sender',
      `This message was created automatically by mail delivery software.
 A message that you sent could not be delivered to one or more of its recipients. This is a permanent error. The following address(es) failed:


${ANNA}, ERROR CODE :550 - 5.1.1 Address not found [kunde.example]




Received:from out.billing.example by mx.zoho.example
Message-ID:<${MESSAGE_ID}>
From:billing@platform.example
To:${RECIPIENTS.join(',')}
Subject:Rechnung 4711
`,
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Zoho: relaying',
    raw: postfixSaid('relay.example', BERND, '5.0.0', '553 Relaying disallowed. Invalid Domain - firma.example'),
    says: [[BERND, 'failed', 'relaying_denied']],
  },
  {
    name: 'Proton: does not exist',
    raw: postfixSaid('mail.protonmail.example', ANNA, '5.1.1', `550 5.1.1 <${ANNA}>: Recipient address rejected: Address does not exist`),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Proton: listed',
    raw: postfixSaid(
      'relay.example',
      ANNA,
      '5.7.1',
      '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.example; https://www.spamhaus.example/query/ip/192.0.2.1',
    ),
    says: [[ANNA, 'failed', 'blocked']],
  },
  // qmail.
  {
    name: 'qmail: two fates',
    raw: qmail(`<${ANNA}>:\nSorry, no mailbox here by that name. vpopmail (#5.1.1)\n\n<${BERND}>:\nuser is over quota`),
    says: [
      [ANNA, 'failed', 'no_such_address'],
      [BERND, 'failed', 'mailbox_full'],
    ],
  },
  {
    name: 'qmail: too long in the queue',
    raw: qmail(
      `<${BERND}>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; this message has been in the queue too long.`,
    ),
    says: [[BERND, 'failed', 'expired', 'unreachable']],
  },
  {
    name: 'qmail in German',
    raw: qmail(
      `<${ANNA}>:\nBenutzer nicht gefunden. (#5.1.1)`,
      'Hallo. Hier ist das Programm qmail-send auf mail.kunde.example.\nIhre Nachricht konnte leider nicht an die folgenden Adressen zugestellt werden.\nDies ist ein dauerhafter Fehler; ich habe aufgegeben.',
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  // Domino.
  {
    name: 'Domino: not listed',
    raw: domino(
      'DELIVERY FAILURE: User b.meier (b.meier@firma.example) not listed in Domino Directory',
      `Your message

  Subject: Rechnung 4711

was not delivered to:

  ${BERND}

because:

  User b.meier (${BERND}) not listed in Domino Directory
`,
    ),
    says: [[BERND, 'failed', 'no_such_address']],
  },
  {
    name: 'Domino in German: not listed',
    raw: domino(
      'ZUSTELLFEHLER: Benutzer b.meier (b.meier@firma.example) nicht im Domino-Verzeichnis aufgeführt',
      `Ihre Nachricht

  Betreff: Rechnung 4711

wurde nicht zugestellt an:

  ${BERND}

da:

  Benutzer b.meier (${BERND}) nicht im Domino-Verzeichnis aufgeführt
`,
    ),
    says: [[BERND, 'failed', 'no_such_address']],
  },
  {
    name: 'Domino: over quota',
    raw: domino(
      'DELIVERY FAILURE: Database disk quota exceeded',
      `Your message

  Subject: Rechnung 4711

was not delivered to:

  ${BERND}

because:

  Unable to write to mail database mail/bmeier.nsf: Cannot allocate database object - database would exceed its disk quota.
`,
    ),
    says: [[BERND, 'failed', 'mailbox_full']],
  },
  // Sendmail.
  {
    name: 'Sendmail: unknown',
    raw: parts(
      'Mail Delivery Subsystem <MAILER-DAEMON@gate.example>',
      'Returned mail: see transcript for details',
      `The original message was received at Fri, 27 Nov 2026 07:30:01 +0100
from out.billing.example [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<${ANNA}>
    (reason: 550 5.1.1 <${ANNA}>... User unknown)

   ----- Transcript of session follows -----
... while talking to mx.kunde.example.:
>>> DATA
<<< 550 5.1.1 <${ANNA}>... User unknown
550 5.1.1 <${ANNA}>... User unknown
<<< 503 5.0.0 Need RCPT (recipient)`,
      `Reporting-MTA: dns; gate.example
Received-From-MTA: DNS; out.billing.example
Arrival-Date: Fri, 27 Nov 2026 07:30:01 +0100

Final-Recipient: RFC822; ${ANNA}
Action: failed
Status: 5.1.1
Remote-MTA: DNS; mx.kunde.example
Diagnostic-Code: SMTP; 550 5.1.1 <${ANNA}>... User unknown
Last-Attempt-Date: Fri, 27 Nov 2026 07:30:02 +0100
`,
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Sendmail, words alone: host unknown',
    raw: plain(
      'Mail Delivery Subsystem <MAILER-DAEMON@gate.example>',
      'Returned mail: Host unknown (Name server: firma.example: host not found)',
      `The original message was received at Fri, 27 Nov 2026 07:30:01 +0100
from out.billing.example [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<${BERND}>

   ----- Transcript of session follows -----
550 5.1.2 <${BERND}>... Host unknown (Name server: firma.example: host not found)

   ----- Original message follows -----

Return-Path: <b+token@bounce.billing.example>
${RETURNED}
`,
    ),
    says: [[BERND, 'failed', 'domain_not_found']],
  },
  {
    name: 'Sendmail: four hours',
    raw: plain(
      'Mail Delivery Subsystem <MAILER-DAEMON@gate.example>',
      'Warning: could not send message for past 4 hours',
      `    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

The original message was received at Fri, 27 Nov 2026 07:30:01 +0100
from out.billing.example [192.0.2.1]

   ----- The following addresses had transient non-fatal errors -----
<${BERND}>

   ----- Transcript of session follows -----
<${BERND}>... Deferred: Connection refused by mx.firma.example.
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old
`,
    ),
    says: [[BERND, 'delayed', 'unreachable']],
  },
  // Exim.
  {
    name: 'Exim in German',
    raw: plain(
      'Mail Delivery System <Mailer-Daemon@mail.kunde.example>',
      'Nachricht konnte nicht zugestellt werden: Rückgabe an den Absender',
      `Diese Nachricht wurde automatisch von der Mail-Software erstellt.

Eine von Ihnen gesendete Nachricht konnte einem oder mehreren Empfängern
nicht zugestellt werden. Dies ist ein dauerhafter Fehler. Folgende Adresse(n)
sind fehlgeschlagen:

  ${ANNA}
    host mx.kunde.example [192.0.2.44]
    SMTP error from remote mail server after RCPT TO:<${ANNA}>:
    550 5.1.1 Unbekannter Empfänger

${eximCopy}`,
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Exim: no hosts for the domain',
    raw: exim(`  ${ANNA}\n    all relevant MX records point to non-existent hosts`),
    says: [[ANNA, 'failed', 'domain_not_found']],
  },
  {
    name: 'Exim: gave up',
    raw: exim(`  ${ANNA}\n    host mx.kunde.example [192.0.2.44]: Connection timed out: retry timeout exceeded`),
    says: [[ANNA, 'failed', 'expired', 'unreachable']],
  },
  {
    name: 'Exim: verify',
    raw: exim(
      `  ${ANNA}\n    host mx.kunde.example [192.0.2.44]\n    SMTP error from remote mail server after RCPT TO:<${ANNA}>:\n    550-Verification failed for <b+token@bounce.billing.example>\n    550-No Such User Here\n    550 Sender verify failed`,
    ),
    says: [[ANNA, 'failed', 'sender_refused']],
  },
  // France and others.
  {
    name: 'OVH: spam',
    raw: postfixSaid(
      'mo552.mail-out.ovh.example',
      CLAIRE,
      '5.7.1',
      '550 5.7.1 Spam Detected - Mail Rejected. Please see our policy at: https://www.ovh.example/',
    ),
    says: [[CLAIRE, 'failed', 'content_refused']],
  },
  {
    name: 'Orange: full, in French, under the wrong code',
    raw: postfixSaid('smtp.orange.example', CLAIRE, '5.1.1', '552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]'),
    says: [[CLAIRE, 'failed', 'mailbox_full']],
  },
  {
    name: 'La Poste: closed, in French',
    raw: postfixSaid('relay.example', CLAIRE, '5.0.0', '550 Compte inactif ou désactivé'),
    says: [[CLAIRE, 'failed', 'mailbox_disabled']],
  },
  {
    name: 'Aruba: full, in Italian',
    raw: postfixSaid('smtp.aruba.example', ANNA, '5.2.2', `552 5.2.2 <${ANNA}> La casella di posta del destinatario è piena`),
    says: [[ANNA, 'failed', 'mailbox_full']],
  },
  {
    name: 'wp.pl: unknown, in Polish',
    raw: postfixSaid('relay.example', ANNA, '5.0.0', '550 Nie ma takiego użytkownika'),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'KPN: unknown, in Dutch',
    raw: plain(
      'Mail Delivery System <postmaster@kpn.example>',
      'Onbestelbaar: Rechnung 4711',
      `Uw bericht kon niet worden bezorgd bij de volgende ontvanger:

${ANNA}
550 5.1.1 Onbekende gebruiker
`,
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  // Services and gateways.
  { name: 'SES: unknown', raw: ses('failed', '5.1.1', '550 5.1.1 user does not exist'), says: [[ANNA, 'failed', 'no_such_address']] },
  {
    name: 'SES: gave up',
    raw: ses('failed', '4.4.7', '554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.1 Failed to establish connection>'),
    says: [[ANNA, 'failed', 'expired', 'unreachable']],
  },
  {
    name: 'SES: suppressed',
    raw: ses(
      'failed',
      '5.1.1',
      'Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address. For more information about how to remove an address from the suppression list, see the Amazon SES Developer Guide',
    ),
    says: [[ANNA, 'failed', 'no_such_address']],
  },
  {
    name: 'Mimecast: invalid recipient',
    raw: postfixSaid(
      'relay.example',
      BERND,
      '5.0.0',
      '550 Invalid Recipient - https://community.mimecast.example/docs/DOC-1369#550 [aBcDeFgH.de42]',
    ),
    says: [[BERND, 'failed', 'no_such_address']],
  },
  {
    name: 'Mimecast: blocked senders',
    raw: postfixSaid(
      'relay.example',
      BERND,
      '5.0.0',
      '550 Rejected by header based manually Blocked Senders: - https://community.mimecast.example/docs/DOC-1369#550 [aBcDeFgH.de42]',
    ),
    says: [[BERND, 'failed', 'sender_refused', 'recipient_refuses']],
  },
  {
    name: 'Barracuda: blocked',
    raw: postfixSaid('relay.example', BERND, '5.0.0', `550 permanent failure for one or more recipients (${BERND}:blocked)`),
    says: [[BERND, 'failed', 'content_refused', 'blocked']],
  },
  {
    name: 'Barracuda: a letter',
    raw: plain(
      'Barracuda Spam Firewall <postmaster@firma.example>',
      '**Message you sent blocked by our bulk email filter**',
      `Your message to: ${BERND}
was blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:

Subject: Rechnung 4711
`,
    ),
    says: [[BERND, 'failed', 'content_refused']],
  },
  {
    name: 'Proofpoint: address listed',
    raw: postfixSaid('relay.example', ANNA, '5.7.1', '554 5.7.1 Blocked - see https://ipcheck.proofpoint.example/?ip=192.0.2.1'),
    says: [[ANNA, 'failed', 'blocked']],
  },
  {
    name: 'Proofpoint: local policy',
    raw: postfixSaid('relay.example', ANNA, '5.7.0', '550 5.7.0 Local Policy Violation - 5f3b1c'),
    says: [[ANNA, 'failed', 'policy']],
  },
  {
    name: 'MDaemon',
    raw: plain(
      'MDaemon@mail.firma.example',
      'Permanent Delivery Failure',
      `The attached message had PERMANENT fatal delivery errors!

After one or more unsuccessful delivery attempts the attached message has
been removed from the mail queue on this server.

YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!

Failed address: ${BERND}

--- Session Transcript ---
 Fri 2026-11-27 07:30:01: --> RCPT To:<${BERND}>
 Fri 2026-11-27 07:30:01: <-- 550 5.1.1 <${BERND}>, Recipient unknown
--- End Transcript ---
`,
    ),
    says: [[BERND, 'failed', 'no_such_address']],
  },
  {
    name: 'Kerio Connect',
    raw: parts(
      'Mail Delivery System <mailer-daemon@firma.example>',
      'Delivery failed: Rechnung 4711',
      `Your message did not reach some or all of the intended recipients.

   Subject: Rechnung 4711
   Sent: 27.11.2026 07:30

The following recipient(s) could not be reached:

   ${BERND}
   550 5.2.1 Mailbox is disabled, not accepting messages`,
      `Reporting-MTA: dns; mail.firma.example

Final-Recipient: rfc822;${BERND}
Action: failed
Status: 5.2.1
Diagnostic-Code: smtp;550 5.2.1 Mailbox is disabled, not accepting messages
`,
    ),
    says: [[BERND, 'failed', 'mailbox_disabled']],
  },
  // Postfix with several recipients.
  {
    name: 'Postfix: two fates',
    raw: postfix(
      'relay.example',
      `<${ANNA}>: host mx.kunde.example[192.0.2.44] said: 550 5.1.1 User unknown (in reply to RCPT TO command)

<${BERND}>: connect to mx.firma.example[192.0.2.55]:25: Connection timed out`,
      `${group(ANNA, '5.1.1', '550 5.1.1 User unknown')}\n${group(BERND, '4.4.1', 'connect to mx.firma.example[192.0.2.55]:25: Connection timed out').replace('Diagnostic-Code: smtp;', 'Diagnostic-Code: X-Postfix;')}`,
    ),
    says: [
      [ANNA, 'failed', 'no_such_address'],
      [BERND, 'failed', 'unreachable', 'expired'],
    ],
  },
  {
    name: 'Postfix: in circles',
    raw: postfix(
      'relay.example',
      `<${BERND}>: mail for firma.example loops back to myself`,
      group(BERND, '5.4.6', 'mail for firma.example loops back to myself').replace('Diagnostic-Code: smtp;', 'Diagnostic-Code: X-Postfix;'),
    ),
    says: [[BERND, 'failed', 'routing_loop']],
  },
  {
    name: 'Postfix: an alias, forwarded',
    raw: postfix(
      'mx.kunde.example',
      `<max@privat.example> (expanded from <${ANNA}>): host mx.privat.example[192.0.2.66] said: 552 5.2.2 Over quota (in reply to RCPT TO command)`,
      group('max@privat.example', '5.2.2', '552 5.2.2 Over quota', { original: ANNA }),
    ),
    says: [[ANNA, 'failed', 'mailbox_full']],
  },
  {
    name: 'Postfix: forwarded, whom from is not said',
    raw: parts(
      'Mail Delivery System <MAILER-DAEMON@mx.kunde.example>',
      POSTFIX_SUBJECT,
      `This is the mail system at host mx.kunde.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<max@privat.example>: host mx.privat.example[192.0.2.66] said: 550 5.1.1 User unknown (in reply to RCPT TO command)`,
      `Reporting-MTA: dns; mx.kunde.example

Final-Recipient: rfc822; max@privat.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown
`,
    ),
    says: [[null, 'failed', 'no_such_address']],
  },
  // Mails that are not bounces.
  {
    name: 'Outlook in German: absence',
    raw: plain(
      `Anna Berg <${ANNA}>`,
      'Automatische Antwort: Rechnung 4711',
      'Guten Tag,\n\nich bin bis zum 7. Dezember nicht im Büro. Ihre Nachricht wird nicht weitergeleitet; in dringenden Fällen wenden Sie sich bitte an b.meier@firma.example.\n',
      'Auto-Submitted: auto-generated',
      'X-Auto-Response-Suppress: All',
    ),
    says: 'absence',
  },
  {
    name: 'Yahoo: a complaint',
    raw: mail(
      ['Return-Path: <>', 'From: Yahoo Mail <feedback@arf.mail.yahoo.example>', 'Subject: Fw: Rechnung 4711'],
      'Content-Type: multipart/report; report-type=feedback-report; boundary=arf\n',
      `--arf\nContent-Type: text/plain\n\nThis is an email abuse report for an email message from platform.example.\n`,
      `--arf\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Yahoo!-Mail-Feedback/2.0\nVersion: 0.1\nOriginal-Mail-From: <b+token@bounce.billing.example>\nOriginal-Rcpt-To: ${ANNA}\nReported-Domain: platform.example\n`,
      `--arf\nContent-Type: message/rfc822\n\n${RETURNED}\n\n--arf--\n`,
    ),
    says: 'complaint',
  },
];
