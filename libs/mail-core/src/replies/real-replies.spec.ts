// Replies as servers in the wild write them (from their documentation, source or logs), each with the verdict that it must get.
import { type AttemptStage, type FailureCode } from '@billing-mail/contracts';
import { classifyReply } from './classify-reply.js';
import { findReplyRule, REPLY_RULES } from './reply-rules.js';
import { type FailureScope, type SmtpFact } from './smtp-fact.js';

type Row = readonly [
  server: string,
  stage: AttemptStage,
  line: string,
  scope: FailureScope,
  lasting: 'transient' | 'permanent',
  reason: FailureCode,
];

/** `line` starts with the reply code; `\n` separates the lines of a longer reply. */
// One reply per line, so that it reads as a table.
// prettier-ignore
const REAL_REPLIES: readonly Row[] = [
  // Banner and EHLO
  ['Postfix', 'greeting', '421 4.7.0 mx.example.de Error: too many connections from 192.0.2.7', 'route', 'transient', 'smtp_rate_limited'],
  ['Postfix postscreen', 'greeting', '521 5.7.1 Blocked by DNSBL', 'route', 'permanent', 'smtp_greeting_refused'],
  ['Postfix, all processes busy', 'greeting', '421 4.3.2 All server ports are busy', 'route', 'transient', 'smtp_server_busy'],
  ['Exim', 'greeting', '421 Too many concurrent SMTP connections; please try again later.', 'route', 'transient', 'smtp_rate_limited'],
  ['Exim', 'greeting', '554 SMTP synchronization error', 'route', 'permanent', 'smtp_greeting_refused'],
  ['GMX', 'greeting', '554-gmx.net (mxgmx104) Nemesis ESMTP Service not available\n554-No SMTP service\n554-IP address is block listed.\n554 For explanation visit https://postmaster.gmx.net/en/case?c=r0201', 'route', 'permanent', 'smtp_greeting_refused'],
  ['GMX', 'greeting', '421 Rate limit reached. Please try again later', 'route', 'transient', 'smtp_rate_limited'],
  ['Web.de', 'greeting', '421 Reject due to policy violations', 'route', 'transient', 'smtp_server_busy'],
  ['T-Online', 'greeting', '554 IP=192.0.2.7 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.)', 'route', 'permanent', 'smtp_greeting_refused'],
  ['Yahoo', 'greeting', '421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes', 'route', 'transient', 'smtp_rate_limited'],
  ['Yahoo', 'greeting', "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.7, because the ip is in Spamhaus's list", 'route', 'permanent', 'smtp_greeting_refused'],
  ['Gmail', 'greeting', '421-4.7.0 [192.0.2.7] Our system has detected an unusual rate of\n421-4.7.0 unsolicited mail originating from your IP address.', 'route', 'transient', 'smtp_rate_limited'],
  ['Exchange Online', 'greeting', '421 4.3.2 Service not active', 'route', 'transient', 'smtp_server_busy'],
  ['Proofpoint', 'greeting', '554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7', 'route', 'permanent', 'smtp_greeting_refused'],
  ['Mimecast', 'greeting', '421 Unable to process connection at this time', 'route', 'transient', 'smtp_server_busy'],
  ['sendmail', 'greeting', '452 4.4.5 Insufficient disk space; try again later', 'route', 'transient', 'smtp_server_busy'],
  ['RFC 7504', 'greeting', '521 mail.example.com does not accept mail', 'route', 'permanent', 'smtp_greeting_refused'],
  ['Postfix', 'greeting', '504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname', 'route', 'permanent', 'smtp_greeting_refused'],
  ['bare', 'connect', '452 4.5.3 Too many recipients', 'route', 'transient', 'smtp_server_busy'],

  // STARTTLS
  ['RFC 3207', 'tls', '454 TLS not available due to temporary reason', 'route', 'transient', 'smtp_tls_unavailable'],
  ['Postfix', 'tls', '454 4.7.0 TLS not available due to local problem', 'route', 'transient', 'smtp_tls_unavailable'],
  ['sendmail', 'tls', '502 5.7.0 Command not implemented', 'route', 'permanent', 'smtp_starttls_missing'],
  ['RFC 3207', 'tls', '501 Syntax error (no parameters allowed)', 'route', 'permanent', 'smtp_starttls_missing'],

  ['IONOS', 'mail', '450-Requested mail action not taken: mailbox unavailable\n450 Mail send limit exceeded.', 'route', 'transient', 'smtp_rate_limited'],
  ['shared hosting', 'rcpt', '550 Daily limit has been exceeded for billing@acme.example', 'route', 'transient', 'smtp_rate_limited'],
  ['postfwd', 'rcpt', '471 Number recipients per hour exceeded', 'route', 'transient', 'smtp_rate_limited'],
  ['postfwd', 'rcpt', '450 4.7.1 Number messages per hour exceeded', 'route', 'transient', 'smtp_rate_limited'],
  ['a policy server', 'rcpt', '451 4.7.1 More than 30 messages per minute from this account; please wait 90 seconds', 'route', 'transient', 'smtp_rate_limited'],
  ['a policy server', 'rcpt', '550 5.7.1 Recipients limit of 200 recipients per hour reached', 'route', 'transient', 'smtp_rate_limited'],
  ['a policy server', 'final', '552 5.7.1 Sie dürfen 100 Nachrichten pro Stunde senden', 'route', 'transient', 'smtp_rate_limited'],
  ['a relay with a quota', 'mail', '554 5.7.1 Daily sending quota exhausted', 'route', 'transient', 'smtp_rate_limited'],
  ['a server that hangs up on strangers', 'rcpt', '421 4.7.1 Client certificate required', 'route', 'transient', 'smtp_client_certificate_wanted'],
  ['a server that knows its clients', 'greeting', '530 5.7.0 Client certificate required', 'route', 'permanent', 'smtp_client_certificate_wanted'],

  // AUTH
  ['Postfix SASL', 'auth', '535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6', 'route', 'permanent', 'smtp_auth_rejected'],
  ['Postfix, SASL backend down', 'auth', '454 4.7.0 Temporary authentication failure: Connection lost to authentication server', 'route', 'transient', 'smtp_auth_unavailable'],
  ['Postfix', 'auth', '503 5.5.1 Error: authentication not enabled', 'route', 'transient', 'smtp_auth_unavailable'],
  ['Exim', 'auth', '535 Incorrect authentication data', 'route', 'permanent', 'smtp_auth_rejected'],
  ['Exim', 'auth', '503 AUTH command used when not advertised', 'route', 'transient', 'smtp_auth_unavailable'],
  ['Exim', 'auth', '504 PLAIN authentication mechanism not supported', 'route', 'permanent', 'smtp_auth_unavailable'],
  ['Gmail', 'auth', '535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials a1-20020 - gsmtp', 'route', 'permanent', 'smtp_auth_rejected'],
  ['Gmail', 'auth', '534-5.7.9 Application-specific password required. For more information, go to\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp', 'route', 'permanent', 'smtp_password_not_allowed'],
  ['Gmail', 'auth', '534-5.7.14 <https://accounts.google.com/signin/continue> Please log in via your web browser and then try again.', 'route', 'permanent', 'smtp_password_not_allowed'],
  ['Gmail', 'auth', '454 4.7.0 Too many login attempts, please try again later. - gsmtp', 'route', 'transient', 'smtp_rate_limited'],
  ['Gmail', 'auth', '454 4.7.0 Cannot authenticate due to a temporary system problem. Try again later.', 'route', 'transient', 'smtp_auth_unavailable'],
  ['Microsoft 365', 'auth', '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.', 'route', 'permanent', 'smtp_auth_switched_off'],
  ['Microsoft 365', 'auth', '535 5.7.3 Authentication unsuccessful [FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM]', 'route', 'permanent', 'smtp_auth_rejected'],
  ['Microsoft 365', 'auth', '550 5.7.30 Basic authentication is not supported for Client Submission.', 'route', 'permanent', 'smtp_password_not_allowed'],
  ['Microsoft 365', 'auth', '421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2.', 'route', 'transient', 'smtp_tls_failed'],
  ['Microsoft 365', 'auth', '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending', 'route', 'transient', 'smtp_rate_limited'],
  ['Microsoft 365', 'auth', '504 5.7.4 Unrecognized authentication type', 'route', 'permanent', 'smtp_auth_unavailable'],
  ['IONOS', 'auth', '535 Authentication credentials invalid', 'route', 'permanent', 'smtp_auth_rejected'],
  ['Strato', 'auth', '535 5.7.0 authentication rejected', 'route', 'permanent', 'smtp_auth_rejected'],
  ['GMX', 'auth', '535 Authentication credentials invalid', 'route', 'permanent', 'smtp_auth_rejected'],
  ['Amazon SES', 'auth', '535 Authentication Credentials Invalid', 'route', 'permanent', 'smtp_auth_rejected'],
  ['Amazon SES', 'auth', '454 Temporary authentication failure', 'route', 'transient', 'smtp_auth_unavailable'],
  ['Amazon SES', 'auth', '538 Encryption required for requested authentication mechanism', 'route', 'permanent', 'smtp_tls_failed'],
  ['SendGrid', 'auth', '451 Authentication failed: Maximum credits exceeded', 'route', 'transient', 'smtp_rate_limited'],
  ['Postmark', 'auth', '535 5.7.8 Error: authentication failed: ', 'route', 'permanent', 'smtp_auth_rejected'],
  ['RFC 4954', 'auth', '432 4.7.12 A password transition is needed', 'route', 'transient', 'smtp_auth_rejected'],
  ['RFC 4954', 'auth', '534 5.7.9 Authentication mechanism is too weak', 'route', 'permanent', 'smtp_auth_rejected'],
  ['RFC 5248', 'auth', '525 5.7.13 User Account Disabled', 'route', 'permanent', 'smtp_auth_rejected'],
  ['RFC 4954', 'auth', '530 5.7.0 Must issue a STARTTLS command first', 'route', 'permanent', 'smtp_tls_failed'],

  // MAIL
  ['Amazon SES', 'mail', '530 Must issue a STARTTLS command first', 'route', 'permanent', 'smtp_tls_failed'],
  ['Microsoft 365', 'mail', '550 5.7.3 STARTTLS is required to send mail [FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM]', 'route', 'permanent', 'smtp_tls_failed'],
  ['Postfix', 'mail', '530 5.7.0 Authentication required', 'route', 'permanent', 'smtp_auth_required'],
  ['Gmail', 'mail', '530-5.5.1 Authentication Required. Learn more at\n530 5.5.1 https://support.google.com/mail/?p=WantAuthError - gsmtp', 'route', 'permanent', 'smtp_auth_required'],
  ['Microsoft 365', 'mail', '530 5.7.57 Client not authenticated to send mail. [FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM]', 'route', 'permanent', 'smtp_auth_required'],
  ['Postfix', 'mail', '503 5.5.4 Error: send AUTH command first', 'route', 'permanent', 'smtp_auth_required'],
  ['Postfix', 'mail', '452 4.3.1 Insufficient system storage', 'route', 'transient', 'smtp_server_busy'],
  ['Exchange', 'mail', '452 4.3.1 Insufficient system resources (UsedDiskSpace[C:\\Exchange\\Queue])', 'route', 'transient', 'smtp_server_busy'],
  ['Postfix', 'mail', '552 5.3.4 Message size exceeds fixed limit', 'message', 'permanent', 'message_too_large'],
  ['Exim', 'mail', '552 Message size exceeds maximum permitted', 'message', 'permanent', 'message_too_large'],
  ['RFC 1870', 'mail', '552 rejected', 'message', 'permanent', 'message_too_large'],
  ['RFC 1870', 'mail', '552 message size exceeds fixed maximum message size', 'message', 'permanent', 'message_too_large'],
  ['Gmail', 'mail', "552-5.3.4 Your message exceeded Google's message size limits.", 'message', 'permanent', 'message_too_large'],
  ['IONOS', 'mail', '550 Sender address is not allowed.', 'route', 'permanent', 'sender_refused'],
  ['Postfix', 'mail', '553 5.7.1 <rechnung@acme.example>: Sender address rejected: not owned by user billing', 'route', 'permanent', 'sender_refused'],
  ['Postfix', 'mail', '450 4.1.8 <rechnung@acme.invalid>: Sender address rejected: Domain not found', 'route', 'transient', 'sender_refused'],
  ['Microsoft 365', 'mail', '501 5.1.8 Access denied, bad outbound sender', 'route', 'permanent', 'sender_blocked'],
  ['sendmail', 'mail', '553 5.1.8 <x@acme.invalid>... Domain of sender address x@acme.invalid does not exist', 'route', 'permanent', 'sender_refused'],
  ['qmail', 'mail', '553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)', 'route', 'permanent', 'sender_refused'],
  ['Gmail', 'mail', '421 4.4.5 Server busy, try again later. - gsmtp', 'route', 'transient', 'smtp_server_busy'],
  ['Exchange', 'mail', '451 4.7.0 Temporary server error. Please try again later. PRX2', 'route', 'transient', 'smtp_server_busy'],
  ['Gmail', 'mail', '550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com/a/answer/166852', 'route', 'transient', 'smtp_rate_limited'],
  ['SendGrid', 'mail', '450 too frequent connects from 198.51.100.135, please try again later.', 'route', 'transient', 'smtp_rate_limited'],
  ['RFC 5321', 'mail', '503 Bad sequence of commands', 'route', 'transient', 'smtp_protocol_error'],
  ['RFC 5321', 'mail', '555 MAIL FROM/RCPT TO parameters not recognized or not implemented', 'route', 'permanent', 'smtp_protocol_error'],
  ['RFC 5321', 'mail', '500 Syntax error, command unrecognized', 'route', 'permanent', 'smtp_protocol_error'],
  ['RFC 5321', 'mail', '421 smtp.example.com Service not available, closing transmission channel', 'route', 'transient', 'smtp_server_busy'],

  // RCPT: the recipient does not exist
  ['Postfix', 'rcpt', '550 5.1.1 <x@customer.example>: Recipient address rejected: User unknown in local recipient table', 'recipient', 'permanent', 'recipient_unknown'],
  ['Postfix', 'rcpt', '450 4.1.2 <x@customer.invalid>: Recipient address rejected: Domain not found', 'recipient', 'transient', 'recipient_unknown'],
  ['Postfix', 'rcpt', '501 5.1.3 Bad recipient address syntax', 'recipient', 'permanent', 'recipient_unknown'],
  ['Exim', 'rcpt', '550 Unrouteable address', 'recipient', 'permanent', 'recipient_unknown'],
  ['Exim cPanel', 'rcpt', '550 No Such User Here', 'recipient', 'permanent', 'recipient_unknown'],
  ['Gmail', 'rcpt', "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1 unnecessary spaces. - gsmtp", 'recipient', 'permanent', 'recipient_unknown'],
  ['Exchange Online', 'rcpt', '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup', 'recipient', 'permanent', 'recipient_unknown'],
  ['Exchange Online', 'rcpt', '550 5.4.1 Recipient address rejected: Access denied. [AM0EUR02FT012.eop-EUR02.prod.protection.outlook.com]', 'recipient', 'permanent', 'recipient_unknown'],
  ['Outlook.com', 'rcpt', '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).', 'recipient', 'permanent', 'recipient_unknown'],
  ['GMX', 'rcpt', '550 <x@gmx.de>: Requested action not taken: mailbox unavailable', 'recipient', 'permanent', 'recipient_unknown'],
  ['Web.de', 'rcpt', '550 Benutzer nicht bekannt/User unknown', 'recipient', 'permanent', 'recipient_unknown'],
  ['T-Online', 'rcpt', '550 5.1.1 user unknown', 'recipient', 'permanent', 'recipient_unknown'],
  ['IONOS', 'rcpt', '550 Unknown User', 'recipient', 'permanent', 'recipient_unknown'],
  ['freenet', 'rcpt', '550 unrouteable address', 'recipient', 'permanent', 'recipient_unknown'],
  ['Strato', 'rcpt', '550 5.1.1 <beispiel@wunschname.de> User unknown; rejecting', 'recipient', 'permanent', 'recipient_unknown'],
  ['Yahoo', 'rcpt', "554 delivery error: dd This user doesn't have a yahoo.de account (x@yahoo.de) [0]", 'recipient', 'permanent', 'recipient_unknown'],
  ['qmail', 'rcpt', '554 Sorry, no mailbox here by that name. (#5.1.1)', 'recipient', 'permanent', 'recipient_unknown'],
  ['sendmail', 'rcpt', '550 5.1.1 <x@customer.example>... User unknown', 'recipient', 'permanent', 'recipient_unknown'],
  ['sendmail', 'rcpt', '550 5.1.2 <x@customer.invalid>... Host unknown (Name server: customer.invalid: host not found)', 'recipient', 'permanent', 'recipient_unknown'],
  ['Domino', 'rcpt', '550 x@customer.example... User x not listed in Domino Directory', 'recipient', 'permanent', 'recipient_unknown'],
  ['Barracuda', 'rcpt', '550 No such user (x@customer.example)', 'recipient', 'permanent', 'recipient_unknown'],
  ['Mimecast', 'rcpt', '550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550', 'recipient', 'permanent', 'recipient_unknown'],
  ['Proofpoint', 'rcpt', '550 5.1.1 <x@customer.example>... User unknown', 'recipient', 'permanent', 'recipient_unknown'],
  ['RFC 5321', 'rcpt', '551 User not local; please try <x@elsewhere.example>', 'recipient', 'permanent', 'recipient_unknown'],
  ['Exchange Online', 'rcpt', '550 5.4.310 DNS domain customer.invalid does not exist [Message=InfoDomainNonexistent]', 'recipient', 'permanent', 'recipient_unknown'],

  // RCPT: not now, not here, not from you
  ['Postgrey', 'rcpt', '450 4.2.0 <x@customer.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/', 'recipient', 'transient', 'asked_to_come_back'],
  ['Exim', 'rcpt', '451 4.7.1 Greylisting in action, please come back in 00:05:00', 'recipient', 'transient', 'asked_to_come_back'],
  ['Postfix verify', 'rcpt', '450 4.1.1 <x@customer.example>: Recipient address rejected: unverified address: Address verification in progress', 'recipient', 'transient', 'asked_to_come_back'],
  ['a gateway', 'rcpt', '451 The address could not be verified at this time', 'recipient', 'transient', 'asked_to_come_back'],
  ['Postfix', 'rcpt', '451 4.3.0 <x@customer.example>: Temporary lookup failure', 'recipient', 'transient', 'smtp_server_busy'],
  ['Postfix', 'rcpt', '451 4.3.5 Server configuration problem', 'recipient', 'transient', 'smtp_server_busy'],
  ['Gmail', 'rcpt', '450-4.2.1 The user you are trying to contact is receiving mail too quickly.\n450-4.2.1 Please resend your message at a later time.', 'recipient', 'transient', 'smtp_rate_limited'],
  ['Gmail', 'rcpt', '550-5.2.1 The email account that you tried to reach is disabled.', 'recipient', 'permanent', 'recipient_refused'],
  ['Gmail', 'rcpt', '452 4.2.2 The email account that you tried to reach is over quota and inactive. - gsmtp', 'recipient', 'transient', 'mailbox_full'],
  ['T-Online', 'rcpt', '552 5.2.2 Over STORAGE quota', 'recipient', 'transient', 'mailbox_full'],
  ['Web.de', 'rcpt', '550 Benutzer hat das Speichervolumen ueberschritten. / User has exhausted allowed storage space.', 'recipient', 'permanent', 'mailbox_full'],
  ['Web.de', 'rcpt', '550 Benutzer hat zuviele Mails auf dem Server. / User has too many messages on the server.', 'recipient', 'permanent', 'mailbox_full'],
  ['IONOS', 'rcpt', '550 Quota Exceeded', 'recipient', 'permanent', 'mailbox_full'],
  ['Dovecot', 'rcpt', '422 4.2.2 Quota limit exceeded (Speicherplatz des Kontos ueberschritten)', 'recipient', 'transient', 'mailbox_full'],
  ['Postfix', 'rcpt', '452 4.5.3 Error: too many recipients', 'recipient', 'transient', 'too_many_recipients'],
  ['Exchange', 'rcpt', '452 4.5.3 Too many recipients', 'recipient', 'transient', 'too_many_recipients'],
  ['RFC 5321 4.5.3.1.10', 'rcpt', '552 Too many recipients', 'recipient', 'transient', 'too_many_recipients'],
  ['Yahoo', 'rcpt', '552 Requested mail action aborted: exceeded storage allocation', 'recipient', 'transient', 'mailbox_full'],
  ['old sendmail', 'rcpt', '552 x@customer.example', 'recipient', 'transient', 'too_many_recipients'],
  ['Exim', 'rcpt', '452 too many recipients', 'recipient', 'transient', 'too_many_recipients'],
  ['RFC 5321', 'rcpt', '452 Requested action not taken: insufficient system storage', 'recipient', 'transient', 'smtp_server_busy'],
  ['Exchange', 'rcpt', '550 5.5.3 Too many recipients', 'recipient', 'transient', 'too_many_recipients'],
  ['Postfix', 'rcpt', '554 5.7.1 <x@customer.example>: Relay access denied', 'route', 'permanent', 'smtp_auth_required'],
  ['Postfix submission', 'rcpt', '554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied', 'route', 'permanent', 'smtp_auth_required'],
  ['Exim', 'rcpt', '550 relay not permitted', 'route', 'permanent', 'smtp_auth_required'],
  ['sendmail', 'rcpt', '550 5.7.1 <x@customer.example>... Relaying denied. Proper authentication required.', 'route', 'permanent', 'smtp_auth_required'],
  ['qmail', 'rcpt', "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", 'route', 'permanent', 'smtp_auth_required'],
  ['Exchange', 'rcpt', '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain', 'route', 'permanent', 'smtp_auth_required'],
  ['Postfix delayed', 'rcpt', '553 5.7.1 <rechnung@acme.example>: Sender address rejected: not owned by user billing', 'route', 'permanent', 'sender_refused'],
  ['Exim', 'rcpt', '550 Sender verify failed', 'route', 'permanent', 'sender_refused'],
  ['RFC 7372', 'rcpt', '550 5.7.23 The message was rejected because of Sender Policy Framework violation', 'route', 'permanent', 'sender_unauthenticated'],
  ['GMX', 'rcpt', '550 <x@gmx.de>: Reject due to SPF policy. The originating IP of the message is not permitted by the domain owner', 'route', 'permanent', 'sender_unauthenticated'],
  ['Postfix RBL', 'rcpt', '554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using ix.dnsbl.manitu.net', 'route', 'permanent', 'smtp_greeting_refused'],
  ['Postfix', 'rcpt', '450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]', 'route', 'transient', 'smtp_greeting_refused'],
  ['Microsoft 365', 'rcpt', '550 5.7.606 Access denied, banned sending IP [192.0.2.7]', 'route', 'permanent', 'smtp_greeting_refused'],
  ['Microsoft 365', 'rcpt', '451 4.7.500 Server busy. Please try again later from [192.0.2.7]. (S77719)', 'route', 'transient', 'smtp_rate_limited'],
  ['Microsoft 365', 'rcpt', '451 4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation.', 'route', 'transient', 'smtp_rate_limited'],
  ['Barracuda', 'rcpt', '550 permanent failure for one or more recipients (x@customer.example:blocked)', 'recipient', 'permanent', 'recipient_refused'],
  ['IronPort', 'rcpt', '550 #5.1.0 Address rejected.', 'recipient', 'permanent', 'recipient_refused'],
  ['Exchange', 'rcpt', '550 5.7.1 RESOLVER.RST.AuthRequired; authentication required', 'recipient', 'permanent', 'recipient_refused'],
  ['RFC 5321', 'rcpt', '550 5.7.1 Delivery not authorized, message refused', 'recipient', 'permanent', 'recipient_refused'],
  ['RFC 5321', 'rcpt', '553 Requested action not taken: mailbox name not allowed', 'recipient', 'permanent', 'recipient_refused'],
  ['RFC 5321', 'rcpt', '450 Requested mail action not taken: mailbox busy', 'recipient', 'transient', 'asked_to_come_back'],
  ['greylisting in words of its own', 'rcpt', '451 4.7.1 <x@customer.example>: Recipient address rejected: Policy restrictions, wait 5 minutes', 'recipient', 'transient', 'asked_to_come_back'],
  ['greylisting without a word of it', 'rcpt', '450 4.2.0 Recipient address rejected', 'recipient', 'transient', 'asked_to_come_back'],
  ['RFC 5321', 'rcpt', '503 Bad sequence of commands', 'route', 'transient', 'smtp_protocol_error'],
  ['Yahoo', 'rcpt', '421 Max message per connection reached, closing transmission channel', 'route', 'transient', 'smtp_server_busy'],

  // DATA
  ['RFC 5321', 'data', '451 Requested action aborted: local error in processing', 'message', 'transient', 'smtp_server_busy'],
  ['RFC 5321', 'data', '452 Requested action not taken: insufficient system storage', 'message', 'transient', 'smtp_server_busy'],
  ['Postfix', 'data', '554 5.5.1 Error: no valid recipients', 'message', 'permanent', 'recipient_refused'],
  ['Exim', 'data', '503 Valid RCPT command must precede DATA', 'route', 'transient', 'smtp_protocol_error'],
  ['Exim, in mid-data', 'data', '552 Message size exceeds maximum permitted', 'message', 'permanent', 'message_too_large'],
  ['Gmail', 'data', "452 4.5.3 Your message has too many recipients. For more information regarding Google's sending limits go to", 'message', 'transient', 'too_many_recipients'],
  ['Exim', 'data', '421 mail.example.com: SMTP data timeout (message abandoned) on connection from [192.0.2.7]', 'route', 'transient', 'smtp_server_busy'],

  // After the end of data
  ['RFC 5321', 'final', '421 smtp.example.com Service not available, closing transmission channel', 'route', 'transient', 'smtp_server_busy'],
  ['RFC 5321', 'final', '554 Transaction failed', 'message', 'permanent', 'message_refused'],
  ['RFC 5321', 'final', '451 Requested action aborted: error in processing', 'message', 'transient', 'smtp_server_busy'],
  ['RFC 5321', 'final', '552 Requested mail action aborted: exceeded storage allocation', 'message', 'permanent', 'mailbox_full'],
  ['Postfix', 'final', '552 5.3.4 Error: message file too big', 'message', 'permanent', 'message_too_large'],
  ['Postfix milter', 'final', '550 5.7.1 Spam message rejected', 'message', 'permanent', 'message_refused'],
  ['gateway that asks its inner server late', 'final', '550 User unknown', 'message', 'permanent', 'recipient_unknown'],
  ['Gmail', 'final', '421-4.7.28 Gmail has detected that your mail comes in bursts.', 'route', 'transient', 'smtp_rate_limited'],
  ['a content filter', 'final', '451 4.7.1 Message content looks suspicious', 'message', 'transient', 'message_refused'],
  ['a filter that names a time', 'final', '451 4.7.1 Message held for inspection, retry in 5 minutes', 'message', 'transient', 'asked_to_come_back'],
  ['rspamd', 'final', '451 4.7.1 Try again later', 'message', 'transient', 'asked_to_come_back'],
  ['Postfix', 'final', '451 4.3.0 Error: queue file write error', 'message', 'transient', 'smtp_server_busy'],
  ['Postfix', 'final', '554 5.4.0 Error: too many hops', 'message', 'permanent', 'message_refused'],
  ['Gmail', 'final', '552-5.7.0 This message was blocked because its content presents a potential\n552-5.7.0 security issue.', 'message', 'permanent', 'message_refused'],
  ['Gmail', 'final', '550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.', 'route', 'permanent', 'sender_unauthenticated'],
  ['Gmail, older', 'final', "550-5.7.1 Unauthenticated email from acme.example is not accepted due to domain's DMARC policy.", 'route', 'permanent', 'sender_unauthenticated'],
  ['Gmail', 'final', '550-5.7.1 Our system has detected that this message is likely unsolicited mail.', 'message', 'permanent', 'message_refused'],
  ['Gmail', 'final', '550 5.4.5 Daily SMTP relay limit exceeded for customer.', 'route', 'transient', 'smtp_rate_limited'],
  ['Microsoft 365', 'final', '554 5.2.252 SendAsDenied; billing@acme.example not allowed to send as rechnung@acme.example', 'route', 'permanent', 'sender_refused'],
  ['Microsoft 365', 'final', '554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message', 'route', 'permanent', 'sender_refused'],
  ['Microsoft 365', 'final', '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message', 'route', 'transient', 'smtp_rate_limited'],
  ['Microsoft 365', 'final', '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded', 'route', 'transient', 'smtp_rate_limited'],
  ['Microsoft 365', 'final', '550 5.7.60 SMTP; Client does not have permissions to send as this sender', 'route', 'permanent', 'sender_refused'],
  ['Microsoft 365', 'final', "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients", 'route', 'transient', 'smtp_rate_limited'],
  ['Microsoft 365', 'final', '550 5.7.509 Access denied, sending domain acme.example does not pass DMARC verification', 'route', 'permanent', 'sender_unauthenticated'],
  ['Exchange', 'final', '550 5.3.4 SMTPSEND.OverAdvertisedSize; message size exceeds fixed maximum', 'message', 'permanent', 'message_too_large'],
  ['Exchange', 'final', '550 5.6.0 M2MCVT.StorageError; storage error in content conversion', 'message', 'permanent', 'message_refused'],
  ['Amazon SES', 'final', '554 Message rejected: Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: x@acme.example', 'route', 'permanent', 'sender_refused'],
  ['Amazon SES', 'final', '454 Throttling failure: Maximum sending rate exceeded.', 'route', 'transient', 'smtp_rate_limited'],
  ['Amazon SES', 'final', '454 Throttling failure: Daily message quota exceeded.', 'route', 'transient', 'smtp_rate_limited'],
  ['Postmark', 'final', "550 5.7.1 The 'From' address you supplied is not a Sender Signature on your account.", 'route', 'permanent', 'sender_refused'],
  ['IONOS', 'final', '554 Transaction failed: Reject due to policy restrictions.', 'message', 'permanent', 'message_refused'],
  ['Strato', 'final', '550 5.7.1 Refused by local policy. No SPAM please! (B-URL)', 'message', 'permanent', 'message_refused'],
  ['T-Online', 'final', '550 5.7.1 Message considered spam or virus, rejected', 'message', 'permanent', 'message_refused'],
  ['Zoho', 'final', '550 5.4.6 Unusual sending activity detected. Please try after sometime', 'route', 'transient', 'smtp_rate_limited'],
  ['Dovecot LMTP', 'final', '552 5.2.2 <x@customer.example> Quota exceeded (mailbox for user is full)', 'message', 'permanent', 'mailbox_full'],
  ['Exchange', 'final', '550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient', 'message', 'permanent', 'message_too_large'],
  ['RFC 5321', 'final', '503 Bad sequence of commands', 'route', 'transient', 'smtp_protocol_error'],
];

const factOf = (stage: AttemptStage, line: string): SmtpFact => ({
  kind: 'reply',
  stage,
  code: Number(line.slice(0, 3)),
  enhancedCode: null,
  text: line,
});

describe('a reply of a server in the wild', () => {
  it.each(REAL_REPLIES)('%s at %s: %j means %s, %s, %s', (_server, stage, line, scope, lasting, reason) => {
    const verdict = classifyReply(factOf(stage, line), { endOfDataReleased: stage === 'final' });
    expect(verdict).toMatchObject({ scope, lasting, reason, stage });
  });

  it.each(REAL_REPLIES)('%s at %s: %j is judged alike when its codes come apart from its text', (_server, stage, line) => {
    const context = { endOfDataReleased: stage === 'final' };
    const whole = classifyReply(factOf(stage, line), context);
    const text = line.replace(/^\d{3}[- ]/gm, '').replace(/^[45]\.\d+\.\d+ /gm, '');
    const fact: SmtpFact = { kind: 'reply', stage, code: Number(line.slice(0, 3)), enhancedCode: whole.enhancedCode, text };
    expect(classifyReply(fact, context)).toEqual({ ...whole, reply: expect.any(String) });
  });

  it('is decided by every rule of the table at least once', () => {
    const deciding = REAL_REPLIES.map(([, stage, line]) => {
      const { code, enhancedCode } = classifyReply(factOf(stage, line), { endOfDataReleased: false });
      return findReplyRule(stage, code ?? 0, enhancedCode, line);
    });
    expect(REPLY_RULES.filter((rule) => !deciding.includes(rule))).toEqual([]);
  });
});
