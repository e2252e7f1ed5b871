// The replies of Microsoft 365, Google and Amazon, one by one: whose failure it is, how lasting it is, and who is told in either language
// to do what.
import { type AttemptStage, type FailureCode } from '@billing-mail/contracts';
import { classifyReply, reasonOf } from '../replies/classify-reply.js';
import { type FailureScope } from '../replies/smtp-fact.js';
import { explainFailure } from './explain-failure.js';

type Row = readonly [
  stage: AttemptStage,
  line: string,
  scope: FailureScope,
  lasting: 'transient' | 'permanent',
  reason: FailureCode,
  en: RegExp,
  de: RegExp,
  more?: { byToken?: true; stopsWay?: true },
];

const TOKEN = { byToken: true } as const;
const STOPS = { stopsWay: true } as const;
const SWITCH = [
  /administrator.*“Authenticated SMTP”.*“Turn off SMTP AUTH protocol”/,
  /Administrator.*„Authentifiziertes SMTP“.*„SMTP AUTH-Protokoll deaktivieren“/,
] as const;
const CONNECT = [
  /Connect the account at Microsoft or Google.*app password/,
  /Verbinden Sie das Konto bei Microsoft oder Google.*App-Passwort/,
] as const;
const AGAIN = [/Connect the account again.*administrator/, /Verbinden Sie das Konto .*neu.*Administrator/] as const;
const PASSWORD = [/Enter username and password again/, /Benutzername und Passwort .*neu ein/] as const;
const ROOM = [/Make room in this mailbox.*administrator/, /Postfach Platz.*Administrator/] as const;
const LATER = [/higher sending limit/, /höheres Versandlimit/] as const;
const SEND_AS = [/sender address .*belongs to the account/, /Absenderadresse .*zum angemeldeten Konto gehört/] as const;
const PROOF = [/SPF, DKIM and DMARC/, /SPF, DKIM und DMARC/] as const;
const LIFTED = [/administrator.*Restricted entities/, /Administrator.*Eingeschränkte Entitäten/] as const;
const PAUSED = [/correct the addresses/, /Berichtigen Sie .*Adressen/] as const;

// One reply per line, so that it reads as a table.
// prettier-ignore
const ROWS: readonly Row[] = [
  // Microsoft 365, signing in
  ['auth', '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.', 'route', 'permanent', 'smtp_auth_switched_off', ...SWITCH],
  ['auth', '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.', 'route', 'permanent', 'smtp_auth_switched_off', ...SWITCH, TOKEN],
  ['auth', '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.', 'route', 'permanent', 'smtp_password_not_allowed', ...CONNECT],
  ['auth', '550 5.7.30 Basic authentication is not supported for Client Submission.', 'route', 'permanent', 'smtp_password_not_allowed', ...CONNECT],
  ['auth', '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.', 'route', 'permanent', 'smtp_token_refused', ...AGAIN, TOKEN],
  ['auth', '535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.', 'route', 'permanent', 'smtp_auth_rejected', ...PASSWORD],
  ['auth', '535 5.7.3 Authentication unsuccessful [FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM]', 'route', 'permanent', 'smtp_auth_rejected', ...PASSWORD],
  ['auth', '535 5.7.3 Authentication unsuccessful [FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM]', 'route', 'permanent', 'smtp_token_refused', ...AGAIN, TOKEN],
  ['auth', '430 4.2.0 STOREDRV; mailbox logon failure; STOREDRV.Submission.Exception:ConnectionFailedTransientException.MapiExceptionLogonFailed; Failed to process message', 'route', 'transient', 'smtp_mailbox_not_permitted', /administrator.*access to the mailbox/, /Administrator.*Zugriff auf das Postfach/, TOKEN],
  ['auth', '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending', 'route', 'transient', 'smtp_rate_limited', ...LATER],
  // Microsoft 365, sending
  ['final', '554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message', 'route', 'permanent', 'sender_mailbox_full', ...ROOM, STOPS],
  ['final', '554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionQuotaExceeded', 'message', 'permanent', 'mailbox_full', /customer to make room/, /den Kunden/],
  ['final', '550 5.2.251 Sender throttled due to continuous mailbox full errors.', 'route', 'permanent', 'sender_mailbox_full', ...ROOM, STOPS],
  ['final', '550 5.2.252 Sender throttled due to continuous send as denied errors.', 'route', 'permanent', 'sender_refused', ...SEND_AS, STOPS],
  ['final', '550 5.2.253 Sender throttled due to continuous invalid license errors.', 'route', 'permanent', 'sender_unlicensed', /administrator.*licence/, /Administrator.*Lizenz/, STOPS],
  ['final', '550 5.2.254 Sender throttled due to continuous too many recipients errors.', 'route', 'transient', 'sender_throttled', ...PAUSED, STOPS],
  ['rcpt', '550 5.2.255 Sender throttled due to continuous invalid recipients errors.', 'route', 'transient', 'sender_throttled', ...PAUSED, STOPS],
  ['final', "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending email to external recipients", 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['final', "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for sending email to external recipients", 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['final', "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients", 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['final', '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message', 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['final', '554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message', 'route', 'permanent', 'sender_refused', ...SEND_AS],
  ['final', '550 5.7.60 SMTP; Client does not have permissions to send as this sender', 'route', 'permanent', 'sender_refused', ...SEND_AS],
  ['final', '550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.', 'route', 'permanent', 'sender_blocked', ...LIFTED, STOPS],
  ['mail', '501 5.1.8 Access denied, bad outbound sender', 'route', 'permanent', 'sender_blocked', ...LIFTED, STOPS],
  ['final', '550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient', 'message', 'permanent', 'message_too_large', /fewer or smaller attachments/, /kleinere Anhänge/],
  ['final', '550 5.7.515 Access denied, sending domain ACME.EXAMPLE doesn\'t meet the required authentication level.', 'route', 'permanent', 'sender_unauthenticated', ...PROOF],
  // Google
  ['auth', '535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp', 'route', 'permanent', 'smtp_auth_rejected', ...PASSWORD],
  ['auth', '535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp (the token was refused: status 400, scope https://mail.google.com/)', 'route', 'permanent', 'smtp_token_refused', ...AGAIN, TOKEN],
  ['auth', '534-5.7.9 Application-specific password required. For more information, go to\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp', 'route', 'permanent', 'smtp_password_not_allowed', ...CONNECT],
  ['auth', '454 4.7.0 Too many login attempts, please try again later. - gsmtp', 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['mail', '550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com/a/answer/166852', 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['final', '550 5.4.5 Daily SMTP relay limit exceeded for customer.', 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['mail', '450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error.', 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['rcpt', '450-4.2.1 The user you are trying to contact is receiving mail too quickly.\n450-4.2.1 Please resend your message at a later time.', 'recipient', 'transient', 'smtp_rate_limited', ...LATER],
  ['greeting', '421-4.7.0 [192.0.2.7] Our system has detected an unusual rate of\n421-4.7.0 unsolicited mail originating from your IP address.', 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['final', '421-4.7.26 This mail has been rate limited because it is unauthenticated. Gmail\n421-4.7.26 requires all senders to authenticate with either SPF or DKIM.', 'route', 'transient', 'sender_unauthenticated', ...PROOF],
  ['final', '550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.', 'route', 'permanent', 'sender_unauthenticated', ...PROOF],
  ['final', "550-5.7.1 Unauthenticated email from acme.example is not accepted due to domain's DMARC policy.", 'route', 'permanent', 'sender_unauthenticated', ...PROOF],
  // Amazon SES
  ['final', '454 Throttling failure: Maximum sending rate exceeded.', 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['final', '454 Throttling failure: Daily message quota exceeded.', 'route', 'transient', 'smtp_rate_limited', ...LATER],
  ['final', '554 Message rejected: Sending paused for this account.', 'route', 'permanent', 'sender_blocked', ...LIFTED, STOPS],
];

const REPLIES = ROWS.map(([stage, line, scope, lasting, reason, en, de, more = {}]) => ({
  stage,
  line,
  scope,
  lasting,
  reason,
  en,
  de,
  more,
}));

describe('a reply of a big provider', () => {
  it.each(REPLIES)('at $stage $line is of the $scope, $lasting: $reason', ({ stage, line, scope, lasting, reason, en, de, more }) => {
    const verdict = classifyReply(
      { kind: 'reply', stage, code: Number(line.slice(0, 3)), enhancedCode: null, text: line, ...(more.byToken && { byToken: true }) },
      { endOfDataReleased: stage === 'final' },
    );
    expect(verdict).toMatchObject({ scope, lasting, reason });
    expect(verdict.stopsWay).toBe(more.stopsWay);
    const told = reasonOf(verdict, 'smtp.office365.com:587');
    expect(explainFailure(told, 'en').todo).toMatch(en);
    expect(explainFailure(told, 'de').todo).toMatch(de);
  });
});
