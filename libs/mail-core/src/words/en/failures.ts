// Why a mail failed, in English, for the people in billing: no codes, no jargon, and always what to do next.
import { type FailureCatalogue } from '../failure-words.js';

const NOTHING_GOES_OUT = 'No document is sent by this mail server until that is put right.';
const MAY_PASS = 'Such trouble often passes by itself.';
const NOT_FOR_RECIPIENT = 'The mail server did not accept the document for this recipient.';
const NOT_ACCEPTED = 'The mail server did not accept the document.';
const NOT_SENT = 'The document was not sent to anyone.';
const CHECK_WITH_PROVIDER = 'If it happens again, ask the people who run your mail server.';

export const failures: FailureCatalogue = {
  again: {
    byReader: 'Send the document again later.',
    byItself: 'We try again automatically.',
    byTest: 'Test the connection again later.',
    byOthers: 'For the next documents we try your mail server again.',
  },
  earlier: 'Before that, sending failed:',
  inSettings: ' in the settings for e-mail delivery',
  askedWait: 'It asked us to wait for {time}.',
  limit: { minute: 'It accepts {n} e-mails per minute.', day: 'It accepts {n} recipients per day.' },
  sizes: 'It accepts at most {limit}, and this e-mail is {size}.',
  size: 'This e-mail is {size}.',
  time: { minutes: ['1 minute', '{n} minutes'], hours: ['1 hour', '{n} hours'], seconds: ['1 second', '{n} seconds'] },
  seen: {
    broke: 'The connection broke off before its answer came.',
    stalled: 'Its answer did not come in time.',
    nonsense: 'What it answered makes no sense.',
    interrupted: 'Our system was interrupted before it could read the answer.',
  },
  askOwnServer: 'Show the answer of your mail server to the people who run it, so that the next documents are sent by it.',
  operator: { custom: 'the people who run your mail server', platform: 'our support' },
  platformTodo: 'There is nothing to change in your settings. {again} Tell our support if it fails again.',

  // Only deliveries of earlier versions have this code; today the failure is reported as smtp_host_unknown.
  smtp_host_forbidden: {
    happened: 'The mail server{server} lies in a protected network that documents may not be sent through.',
    means: NOTHING_GOES_OUT,
    todo: 'Enter the public name of your mail server in the settings for e-mail delivery.',
  },
  smtp_port_forbidden: {
    happened: 'The port set for the mail server{server} is not allowed for sending e-mail.',
    means: NOTHING_GOES_OUT,
    todo: 'Enter port 587 or 465{inSettings}; your mail provider tells you which one.',
  },
  smtp_host_unknown: {
    happened: 'No public mail server{server} is found under that name.',
    means: NOTHING_GOES_OUT,
    todo: 'Check the spelling of the server name{inSettings}, and enter the public name of your mail server: names that lead into a protected network are not used.',
  },
  smtp_dns_unavailable: {
    happened: 'The address of the mail server{server} could not be looked up.',
    means: MAY_PASS,
    todo: '{again} If it happens again, have the server name in the settings checked.',
  },
  smtp_unreachable: {
    happened: 'The mail server{server} could not be reached.',
    means: NOTHING_GOES_OUT,
    todo: 'Check server name and port{inSettings}, and ask your mail provider whether the server is running.',
  },
  smtp_tls_failed: {
    happened: 'No encrypted connection to the mail server{server} came about.',
    means: NOTHING_GOES_OUT,
    todo: 'Check port and encryption in the settings: port 587 goes with STARTTLS, port 465 with TLS.',
  },
  smtp_tls_unavailable: {
    happened: 'The mail server{server} could not encrypt the connection at that time.',
    means: MAY_PASS,
    todo: `{again} ${CHECK_WITH_PROVIDER}`,
  },
  smtp_starttls_missing: {
    happened: 'The mail server{server} offers no encryption the way it is set up here.',
    means: `${NOTHING_GOES_OUT} Without encryption the password could be read by others.`,
    todo: 'Choose TLS with port 465 in the settings, or ask your mail provider for the right values.',
  },
  smtp_tls_outdated: {
    happened: 'The mail server{server} offers only encryption that is out of date and no longer safe.',
    means: NOTHING_GOES_OUT,
    todo: 'Ask the people who run your mail server to update its encryption: TLS 1.2 or newer is needed. Nothing in the settings can mend it.',
  },
  smtp_certificate_untrusted: {
    happened: 'The mail server{server} could not prove its identity: its security certificate comes from no recognised authority.',
    means: `${NOTHING_GOES_OUT} Somebody else could be posing as the server.`,
    todo: 'Ask the people who run your mail server to install a certificate from a recognised authority. If they have an authority of their own, set its certificate in the settings.',
  },
  smtp_certificate_incomplete: {
    happened: 'The mail server{server} could not prove its identity: it does not show who has issued its security certificate.',
    means: `${NOTHING_GOES_OUT} Somebody else could be posing as the server.`,
    todo: 'Ask the people who run your mail server to install the certificate with its whole chain: the intermediate certificate is missing. If they have made it themselves, set their authority or this certificate in the settings.',
  },
  smtp_certificate_expired: {
    happened: 'The security certificate of the mail server{server} has expired.',
    means: NOTHING_GOES_OUT,
    todo: 'Ask the people who run your mail server to renew its certificate.',
  },
  smtp_certificate_not_yet_valid: {
    happened: 'The security certificate of the mail server{server} is not valid yet.',
    means: NOTHING_GOES_OUT,
    todo: 'Ask the people who run your mail server when its certificate becomes valid, and to use one that is valid by now.',
  },
  smtp_certificate_wrong_host: {
    happened: 'The security certificate of the mail server{server} was issued for another name.',
    means: `${NOTHING_GOES_OUT} Somebody else could be posing as the server.`,
    todo: 'Enter the server name in the settings exactly as your mail provider gives it.',
  },
  smtp_certificate_not_pinned: {
    happened: 'The mail server{server} showed another security certificate than the one that is fixed in the settings.',
    means: `${NOTHING_GOES_OUT} Somebody else could be posing as the server.`,
    todo: 'Ask the people who run your mail server whether they have a new certificate. If so, set the new one in the settings.',
  },
  smtp_client_certificate_wanted: {
    happened: 'The mail server{server} lets in only those who show a security certificate of their own.',
    means: NOTHING_GOES_OUT,
    todo: 'Ask the people who run your mail server for such a certificate (a PKCS#12 file) and set it in the settings, or for an access with username and password.',
  },
  smtp_client_certificate_refused: {
    happened: 'The mail server{server} did not accept the security certificate that we show it for you.',
    means: NOTHING_GOES_OUT,
    todo: 'Ask the people who run your mail server which certificate they accept, and set it in the settings. Perhaps the present one has expired or comes from another authority.',
  },
  smtp_greeting_refused: {
    happened: 'The mail server{server} turned our connection away.',
    means: NOTHING_GOES_OUT,
    todo: 'Ask the people who run your mail server to allow connections from this service, and show them the answer of the server.',
  },
  smtp_protocol_error: {
    happened: 'The mail server{server} gave an answer that makes no sense.',
    means: MAY_PASS,
    todo: `Check server name and port{inSettings}. ${CHECK_WITH_PROVIDER}`,
  },
  smtp_auth_rejected: {
    happened: 'The mail server{server} rejected the username or password.',
    means: NOTHING_GOES_OUT,
    todo: 'Enter username and password again in the settings and test the connection. Some providers ask for an app password.',
  },
  smtp_auth_unavailable: {
    happened: 'The mail server{server} offered no way to sign in, or could not check the password at that time.',
    means: NOTHING_GOES_OUT,
    todo: 'Test the connection in the settings for e-mail delivery. If it fails there too, ask your mail provider for port and encryption.',
  },
  smtp_auth_required: {
    happened: 'The mail server{server} forwards e-mail only for users who are signed in and allowed to send.',
    means: NOTHING_GOES_OUT,
    todo: 'Enter username and password in the settings, and have it checked that this account may send to outside addresses.',
  },
  smtp_auth_switched_off: {
    happened:
      'The mail server{server} refuses every sign-in: sending by SMTP is switched off for this mailbox or for your whole organisation.',
    means: NOTHING_GOES_OUT,
    todo: 'Ask your administrator to switch it on. Microsoft 365 admin center: Active users, the user, Mail, Manage email apps, “Authenticated SMTP”. Whole organisation: Exchange admin center, Settings, Mail flow, “Turn off SMTP AUTH protocol”.',
  },
  smtp_password_not_allowed: {
    happened:
      'The mail server{server} does not accept the ordinary password of this account, although it may be right: your provider or your organisation forbids that.',
    means: NOTHING_GOES_OUT,
    todo: 'Connect the account at Microsoft or Google in the settings for e-mail delivery, or enter an app password there. If neither works, ask your administrator to permit sending by SMTP for this account.',
  },
  smtp_token_refused: {
    happened: 'The mail server{server} does not accept the sign-in with the connected account.',
    means: NOTHING_GOES_OUT,
    todo: 'Connect the account again in the settings, with the user to whom the mailbox belongs. If that does not help, ask your administrator whether this account may send by SMTP (“Authenticated SMTP” at Microsoft 365).',
  },
  smtp_mailbox_not_permitted: {
    happened: 'The sign-in at the mail server{server} was right, but the connected account or app may not open the mailbox.',
    means: NOTHING_GOES_OUT,
    todo: 'Ask your administrator to give the account or app access to the mailbox (Exchange Online: Add-MailboxPermission with FullAccess), and to check that the mailbox exists and has a licence.',
  },
  smtp_sign_in_expired: {
    happened:
      'The connection to your mail account has ended: it was revoked or has expired, and the mail server{server} no longer lets us sign in.',
    means: NOTHING_GOES_OUT,
    todo: 'Connect the mail account again in the settings for e-mail delivery. {again}',
  },
  smtp_token_unavailable: {
    happened: 'The document waits because the sign-in service for the mail server{server} could not be reached.',
    means: 'It goes out as soon as the service answers again. Nothing is wrong with the document or with your settings.',
    todo: 'There is nothing for you to do. Tell our support if it still waits in an hour.',
  },
  smtp_server_busy: {
    happened: 'The mail server{server} was overloaded or being serviced.',
    means: MAY_PASS,
    todo: `{again} ${CHECK_WITH_PROVIDER}`,
  },
  smtp_rate_limited: {
    happened: 'The mail server{server} accepts no more e-mail for now, because its limit for a certain time is reached.',
    means: 'Nothing is wrong with the document: such a limit passes by itself, and our system sends more slowly from then on.',
    todo: '{again} If it happens often, ask your mail provider for a higher sending limit.',
  },
  smtp_connection_lost: {
    happened: 'The connection to the mail server{server} broke off.',
    means: MAY_PASS,
    todo: `{again} ${CHECK_WITH_PROVIDER}`,
  },
  smtp_timeout: {
    happened: 'The mail server{server} did not answer in time.',
    means: MAY_PASS,
    todo: 'Check port and encryption in the settings: port 587 goes with STARTTLS, port 465 with TLS. {again}',
  },

  sender_refused: {
    happened: 'The mail server{server} does not accept the sender address.',
    means: NOTHING_GOES_OUT,
    todo: 'Enter a sender address in the settings that belongs to the account you sign in with and is cleared for sending there.',
  },
  sender_unauthenticated: {
    happened: 'It could not be proved that the e-mail really comes from your domain, so the mail server{server} did not accept it.',
    means: 'Until that is put right, many servers will refuse the documents sent by this mail server or mark them as spam.',
    todo: 'Ask whoever looks after your domain to set up SPF, DKIM and DMARC for the sender address and for the server that you send by.',
  },
  sender_mailbox_full: {
    happened: 'The mailbox that you send from is full, so the mail server{server} accepts no more e-mail from it.',
    means: NOTHING_GOES_OUT,
    todo: 'Make room in this mailbox, for instance in the folders for sent and deleted e-mail, or have your administrator enlarge it. {again}',
  },
  sender_unlicensed: {
    happened: 'The mail server{server} accepts no e-mail from this mailbox because it has no valid licence.',
    means: NOTHING_GOES_OUT,
    todo: 'Ask your administrator to assign the mailbox a licence for e-mail (Microsoft 365 admin center: Active users, the user, Licenses and apps). {again}',
  },
  sender_throttled: {
    happened: 'The mail server{server} has paused this mailbox because too many of its e-mails had invalid recipients or too many of them.',
    means: 'Nothing is sent by this mail server for some hours.',
    todo: '{again} Until then correct the addresses that were refused in the last days, or the pause comes back.',
  },
  sender_blocked: {
    happened:
      'The provider of the mail server{server} has blocked your account or organisation from sending, mostly after it suspected spam.',
    means: NOTHING_GOES_OUT,
    todo: 'Ask your administrator to find the cause and to have the block lifted (Microsoft 365: Defender portal, Restricted entities; else the support of your provider). Change the password if the account was misused.',
  },
  recipient_unknown: {
    happened: 'The e-mail address of the recipient does not exist.',
    means: NOT_FOR_RECIPIENT,
    todo: 'Check the spelling of the address or ask the customer for the right one. Then send the document again to the corrected address.',
  },
  recipient_refused: {
    happened: 'The mail server of the recipient refused the delivery to this address.',
    means: NOT_FOR_RECIPIENT,
    todo: 'Check the address and ask the customer to accept e-mail from you, or send the document to another address.',
  },
  asked_to_come_back: {
    happened: 'The mail server asked us to try again later.',
    means: 'That is not a refusal: many do so with senders or addresses that they do not know yet. A later attempt mostly succeeds.',
    todo: '{again} If the document still does not get through, ask the customer to accept e-mail from you.',
  },
  recipient_needs_smtputf8: {
    happened: 'The e-mail address has letters such as ü or é before the @, which the mail server{server} does not support.',
    means: 'The document could not be sent to this recipient.',
    todo: 'Ask the customer for an address with plain letters before the @ and send the document again to it, or ask {operator} to switch on SMTPUTF8.',
  },
  mailbox_full: {
    happened: 'The mailbox of the recipient is full.',
    means: NOT_FOR_RECIPIENT,
    todo: 'Ask the customer to make room in the mailbox, or send the document to another address.',
  },
  too_many_recipients: {
    happened: 'The mail server{server} does not accept that many recipients at once.',
    means: NOT_FOR_RECIPIENT,
    todo: 'Send the document again to the recipients that are left, or enter fewer recipients of copies in the settings.',
  },
  message_too_large: {
    happened: 'The e-mail with its attachments is too large for the mail server{server}.',
    means: NOT_ACCEPTED,
    todo: 'Send fewer or smaller attachments, or ask {operator} for a higher limit.',
  },
  message_refused: {
    happened: 'The mail server{server} refused the content of the e-mail, for instance as suspected spam.',
    means: NOT_ACCEPTED,
    todo: 'Show the answer of the server to {operator} and ask for your documents to be let through. Then send the document again.',
  },

  bounced: {
    happened: 'The e-mail was sent and came back from one or more recipients.',
    means: 'They do not have the document.',
    todo: 'For each recipient marked “Came back”, correct the address or have the cause put right, and send the document again.',
  },

  no_final_reply: {
    happened: 'The mail server{server} did not confirm that it has accepted the e-mail.',
    means: 'Nobody can tell whether the document arrived.',
    todo: 'Ask the recipient before you send the document again; otherwise it may arrive twice.',
  },

  sending_limit: {
    happened: 'The document waits because of your mail server’s sending limit.',
    means: 'It is sent automatically as soon as the server accepts more; no attempt is lost.',
    todo: 'There is nothing for you to do. If your mail provider allows more, enter its limits in the settings for e-mail delivery.',
  },
  settings_unavailable: {
    happened: 'The document waits for your settings for e-mail delivery, which cannot be read at the moment.',
    means: 'It goes out as soon as they can be read; nothing is sent by settings that may be out of date.',
    todo: 'There is nothing for you to do. Tell our support if it still waits in an hour.',
  },
  signing_unavailable: {
    happened: 'The document waits because our signature cannot be used at the moment.',
    means: 'It goes out, signed, as soon as the signature can be used again.',
    todo: 'There is nothing for you to do. Tell our support if it still waits in an hour.',
  },
  certificate_expired: {
    happened: 'The document waits because the certificate that your company signs with has expired.',
    means: 'It goes out, signed, as soon as there is a new one. Nothing is sent unsigned by mistake.',
    todo: 'Set a new certificate in the settings for e-mail delivery, or remove the old one there to send without a signature.',
  },
  restored_from_backup: {
    happened: 'Our records were restored from a backup. Whether the document had been sent before is not known.',
    means: 'It may have arrived already. What still waits goes out only when we say so.',
    todo: 'Ask the recipient before you send the document again; otherwise it may arrive twice.',
  },
  team_unknown: {
    happened: 'There are no settings for e-mail delivery for your company.',
    means: NOT_SENT,
    todo: 'Set up e-mail delivery for your company. Then send the document again.',
  },
  document_changed: {
    happened: 'An attachment in the document store was changed or removed before the document was sent.',
    means: `${NOT_SENT} A document that was changed is never sent.`,
    todo: 'Create the document again in your invoicing software and send it once more. Tell our support if it fails again.',
  },
  too_many_crashes: {
    happened: 'Sending was broken off several times by a fault in our system.',
    means: 'The document is not tried again by itself. It is not sent a second time to the recipients to whom it has already gone.',
    todo: 'Tell our support and name the number of the document.',
  },
  cancelled: {
    happened: 'Sending was cancelled.',
    means: 'The document goes to no further recipients.',
    todo: 'If the document is to be sent after all, send it again.',
  },
};
