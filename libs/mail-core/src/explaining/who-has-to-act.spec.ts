// What a clerk reads if a real server, a real address or a fault of ours stopped a document: what was seen, and who has to do something
// about it.
import { type AttemptStage, type FailureReason, type Locale, type Route } from '@billing-mail/contracts';
import { classifyReply, reasonOf } from '../replies/classify-reply.js';
import { type SmtpFact } from '../replies/smtp-fact.js';
import { explainFailure } from './explain-failure.js';
import { type GoingOn } from '../words/failure-words.js';

/** The words by which each of these is told to act. */
const ACTORS = {
  team: {
    en: /(?<!Nothing )in the settings|then send|fewer or smaller attachments/i,
    de: /in den Einstellungen|Verschicken Sie den Beleg (?:dann|erneut)|weniger oder kleinere Anhänge/,
  },
  operator: { en: /people who run (?:your mail server|it)|your mail provider/i, de: /Betreiber Ihres Mailservers|E-Mail-Anbieter/ },
  recipient: { en: /the customer|the recipient before/i, de: /den Kunden|den Empfänger, bevor/ },
  platform: { en: /our support/, de: /unser(?:en|em) Kundendienst/ },
} as const;
type Actor = keyof typeof ACTORS;

const SERVER = 'smtp.acme.example:587';
const told = (fact: SmtpFact, endOfDataReleased = false): FailureReason => reasonOf(classifyReply(fact, { endOfDataReleased }), SERVER);
const reply = (stage: AttemptStage, line: string): FailureReason =>
  told({ kind: 'reply', stage, code: Number(line.slice(0, 3)), enhancedCode: null, text: line.slice(4) });
const tls = (reason: Extract<SmtpFact, { kind: 'tls' }>['reason']): FailureReason => told({ kind: 'tls', stage: 'tls', reason, text: '' });
const ofOurs = (code: FailureReason['code']): FailureReason => ({ code, server: null, reply: null });

type Situation = {
  seenBy: string;
  reason: FailureReason;
  /** What a reader is told about what was seen. */
  en: RegExp;
  de: RegExp;
  actors: Actor[];
  route?: Route;
  goesOn?: GoingOn;
};

const SITUATIONS: readonly Situation[] = [
  {
    seenBy: 'more recipients than the server takes',
    reason: reply('rcpt', '452 4.5.3 too many recipients'),
    en: /that many recipients/,
    de: /nicht so viele Empfänger/,
    actors: ['team'],
  },
  {
    seenBy: 'no way to sign in',
    reason: reply('auth', '504 5.5.4 unrecognized authentication type'),
    en: /no way to sign in/,
    de: /keine Anmeldung/,
    actors: ['team', 'operator'],
  },
  {
    seenBy: 'a refused name',
    reason: reply('greeting', '504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname'),
    en: /turned our connection away/,
    de: /Verbindung abgewiesen/,
    actors: ['operator'],
  },
  {
    seenBy: 'a refusal at the greeting',
    reason: reply('greeting', '521 5.7.1 blocked'),
    en: /turned our connection away/,
    de: /Verbindung abgewiesen/,
    actors: ['operator'],
  },
  {
    seenBy: 'a missing intermediate',
    reason: tls('incomplete'),
    en: /who has issued its security certificate/,
    de: /wer sein Sicherheitszertifikat ausgestellt hat/,
    actors: ['team', 'operator'],
  },
  {
    seenBy: 'an old encryption',
    reason: tls('outdated'),
    en: /encryption that is out of date/,
    de: /veraltete Verschlüsselung/,
    actors: ['operator'],
  },
  { seenBy: 'a certificate of tomorrow', reason: tls('not_yet_valid'), en: /not valid yet/, de: /noch nicht gültig/, actors: ['operator'] },
  { seenBy: 'a certificate of yesterday', reason: tls('expired'), en: /has expired/, de: /ist abgelaufen/, actors: ['operator'] },
  {
    seenBy: 'a name without a server that answers',
    reason: told({ kind: 'network', stage: 'connect', reason: 'timeout', text: '' }),
    en: /could not be reached/,
    de: /war nicht erreichbar/,
    actors: ['team', 'operator'],
  },
  {
    seenBy: 'a crash of ours',
    reason: ofOurs('too_many_crashes'),
    en: /a fault in our system/,
    de: /einen Fehler in unserem System/,
    actors: ['platform'],
  },
  {
    seenBy: 'a certificate of ours that has ended',
    reason: ofOurs('signing_unavailable'),
    en: /our signature cannot be used/,
    de: /unsere Signatur gerade nicht verwenden/,
    actors: ['platform'],
    route: 'platform',
    goesOn: 'byItself',
  },
  {
    seenBy: "a certificate of the team's that has ended",
    reason: ofOurs('certificate_expired'),
    en: /your company signs with has expired/,
    de: /Ihr Unternehmen signiert, abgelaufen/,
    actors: ['team'],
    route: 'custom',
    goesOn: 'byItself',
  },
  {
    seenBy: 'a document that was changed',
    reason: ofOurs('document_changed'),
    en: /changed or removed/,
    de: /geändert oder gelöscht/,
    actors: ['platform'],
  },
  {
    seenBy: 'a line that broke at the end',
    reason: told({ kind: 'network', stage: 'final', reason: 'reset', text: '' }, true),
    en: /did not confirm.* broke off before its answer/,
    de: /nicht bestätigt.* brach ab, bevor seine Antwort/,
    actors: ['recipient'],
  },
  {
    seenBy: 'silence at the end',
    reason: told({ kind: 'network', stage: 'final', reason: 'timeout', text: '' }, true),
    en: /did not confirm.* not come in time/,
    de: /nicht bestätigt.* nicht rechtzeitig/,
    actors: ['recipient'],
  },
  {
    seenBy: 'nonsense at the end',
    reason: told({ kind: 'protocol', stage: 'final', text: 'hello' }, true),
    en: /did not confirm.* makes no sense/,
    de: /nicht bestätigt.* nicht zu verstehen/,
    actors: ['recipient'],
  },
  {
    seenBy: 'greylisting',
    reason: reply('rcpt', '451 4.7.1 Greylisted, please try again in 3 minutes'),
    en: /try again later.* wait for 3 minutes/,
    de: /später noch einmal.* 3 Minuten zu warten/,
    actors: ['recipient'],
    goesOn: 'byItself',
  },
  {
    seenBy: 'an address that is being verified',
    reason: reply('rcpt', '450 4.1.1 <a@x.example>: Recipient address rejected: unverified address: Address verification in progress'),
    en: /try again later/,
    de: /später noch einmal/,
    actors: ['recipient'],
    goesOn: 'byItself',
  },
  {
    seenBy: 'letters before the @',
    reason: told({ kind: 'unsupported', stage: 'rcpt', reason: 'smtputf8', text: '' }),
    en: /letters such as ü/,
    de: /Buchstaben wie ü/,
    actors: ['recipient', 'operator'],
  },
  {
    seenBy: 'letters before the @, on our server',
    reason: told({ kind: 'unsupported', stage: 'rcpt', reason: 'smtputf8', text: '' }),
    en: /letters such as ü/,
    de: /Buchstaben wie ü/,
    actors: ['recipient', 'platform'],
    route: 'platform',
  },
  {
    seenBy: 'a limit of connections',
    reason: reply('greeting', '421 4.7.0 mx.example Error: too many connections from 192.0.2.7'),
    en: /limit for a certain time/,
    de: /Limit für einen bestimmten Zeitraum/,
    actors: ['operator'],
    goesOn: 'byItself',
  },
  {
    seenBy: 'a rate of recipients',
    reason: reply('rcpt', '450 4.7.1 Error: too many recipients from 192.0.2.7'),
    en: /limit for a certain time/,
    de: /Limit für einen bestimmten Zeitraum/,
    actors: ['operator'],
    goesOn: 'byItself',
  },
  {
    seenBy: 'an encryption that is out of order',
    reason: reply('tls', '454 4.7.0 TLS not available due to local problem'),
    en: /could not encrypt the connection at that time/,
    de: /zu dieser Zeit nicht verschlüsseln/,
    actors: ['operator'],
    goesOn: 'byItself',
  },
  {
    seenBy: 'a wish for our certificate',
    reason: reply('rcpt', '421 4.7.1 Client certificate required'),
    en: /security certificate of their own/,
    de: /eigenen Sicherheitszertifikat/,
    actors: ['team', 'operator'],
  },
  {
    seenBy: 'another certificate than the pinned one',
    reason: tls('not_pinned'),
    en: /another security certificate than the one that is fixed/,
    de: /ein anderes Sicherheitszertifikat gezeigt/,
    actors: ['team', 'operator'],
  },
  {
    seenBy: 'a certificate of ours that it does not take',
    reason: tls('client_certificate_refused'),
    en: /did not accept the security certificate/,
    de: /Sicherheitszertifikat nicht anerkannt/,
    actors: ['team', 'operator'],
  },
  {
    seenBy: 'an unknown user',
    reason: reply('rcpt', '524 5.2.4 User unknown'),
    en: /does not exist/,
    de: /gibt es nicht/,
    actors: ['team', 'recipient'],
  },
  {
    seenBy: 'a size',
    reason: told({
      kind: 'unsupported',
      stage: 'mail',
      reason: 'size',
      sizes: { limitBytes: 20_000_000, messageBytes: 31_400_000 },
      text: '',
    }),
    en: /too large.* at most 20 MB.* is 31\.4 MB/,
    de: /zu groß.* höchstens 20 MB.* ist 31,4 MB groß/,
    actors: ['team', 'operator'],
  },
  {
    seenBy: 'a size, on our server',
    reason: told({
      kind: 'unsupported',
      stage: 'mail',
      reason: 'size',
      sizes: { limitBytes: 20_000_000, messageBytes: 31_400_000 },
      text: '',
    }),
    en: /too large/,
    de: /zu groß/,
    actors: ['team', 'platform'],
    route: 'platform',
  },
  {
    seenBy: 'a wrong password',
    reason: reply('auth', '535 5.7.8 authentication failed'),
    en: /rejected the username or password/,
    de: /Benutzername oder Passwort wurde/,
    actors: ['team'],
  },
  {
    seenBy: 'a wrong password, on our server',
    reason: reply('auth', '535 5.7.8 authentication failed'),
    en: /rejected the username/,
    de: /Benutzername oder Passwort/,
    actors: ['platform'],
    route: 'platform',
    goesOn: 'byItself',
  },
  {
    seenBy: 'a refused content',
    reason: reply('final', '554 5.7.1 message content rejected'),
    en: /refused the content/,
    de: /Inhalt der E-Mail abgelehnt/,
    actors: ['team', 'operator'],
  },
  {
    seenBy: 'a refused content, on our server',
    reason: reply('final', '554 5.7.1 message content rejected'),
    en: /refused the content/,
    de: /Inhalt der E-Mail abgelehnt/,
    actors: ['team', 'platform'],
    route: 'platform',
  },
  {
    seenBy: 'a refused content of what went out another way',
    reason: reply('final', '554 5.7.1 message content rejected'),
    en: /refused the content/,
    de: /Inhalt der E-Mail abgelehnt/,
    actors: ['operator'],
    goesOn: 'byOthers',
  },
  {
    seenBy: 'a busy server of what went out another way',
    reason: reply('mail', '451 4.3.0 try later'),
    en: /overloaded or being serviced/,
    de: /überlastet/,
    actors: ['operator'],
    goesOn: 'byOthers',
  },
];

describe.each(['en', 'de'] satisfies Locale[])('a clerk who reads in %s', (locale) => {
  it.each(SITUATIONS)('learns of $seenBy what was seen and who has to act', ({ reason, actors, route, goesOn, ...words }) => {
    const { happened, todo } = explainFailure(reason, locale, route, goesOn);
    expect(happened).toMatch(words[locale]);
    const named = (Object.keys(ACTORS) as Actor[]).filter((actor) => ACTORS[actor][locale].test(todo));
    expect(named.sort()).toEqual([...actors].sort());
  });
});
