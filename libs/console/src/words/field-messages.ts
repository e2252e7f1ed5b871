// What is wrong with a field comes in English, from the rules that the page shares with the services; here it is said in German.
import { type Locale } from '@billing-mail/contracts';

const GERMAN: ReadonlyMap<string, string> = new Map([
  ['has spaces around it; remove them', 'hat Leerzeichen am Rand; bitte entfernen'],
  ['is not an e-mail address; it needs the form name@example.com', 'ist keine E-Mail-Adresse; sie braucht die Form name@beispiel.de'],
  [
    'has a space, line break or non-ASCII character before the @; use plain letters, digits and . - _ +',
    'hat vor dem @ ein Leerzeichen, einen Umbruch oder einen Umlaut; erlaubt sind Buchstaben ohne Umlaut, Ziffern und . - _ +',
  ],
  [
    'has a character before the @ that mail servers do not take; use letters, digits and . - _ +',
    'hat vor dem @ ein Zeichen, das Mailserver nicht annehmen; erlaubt sind Buchstaben, Ziffern und . - _ +',
  ],
  [
    'has no valid domain after the @; it needs the form name@example.com',
    'hat nach dem @ keine gültige Domain; sie braucht die Form name@beispiel.de',
  ],
  ['must not be empty', 'darf nicht leer sein'],
  [
    'has a line break or control character; send one line of plain text',
    'enthält einen Zeilenumbruch oder ein Steuerzeichen; erlaubt ist eine Zeile Text',
  ],
  ['has broken Unicode (a lone surrogate); send valid UTF-8', 'enthält ein beschädigtes Zeichen; bitte neu eingeben'],
  [
    'must be a host name such as smtp.example.com, without "https://", port or spaces',
    'muss ein Servername sein wie smtp.beispiel.de, ohne „https://“, Port oder Leerzeichen',
  ],
  ['must be a whole number', 'muss eine ganze Zahl sein'],
  [
    'must be "tls" or "starttls" with a password, which would otherwise travel in clear',
    'muss TLS oder STARTTLS sein, sonst ginge das Passwort lesbar über die Leitung',
  ],
  [
    'is an address in a private or reserved network, which is not allowed; use a public mail server',
    'ist eine Adresse in einem privaten oder reservierten Netz; bitte einen öffentlichen Mailserver verwenden',
  ],
  ['is needed when "sender" is "custom"', 'wird für den eigenen Mailserver benötigt'],
  [
    'is a name of this platform, or looks like one; use the name of your company',
    'ist ein Name dieser Plattform oder sieht so aus; bitte den Namen Ihrer Firma verwenden',
  ],
  [
    'is in use by another company here, or looks too much like a name that is; add your place or legal form, or ask the operator',
    'wird hier schon von einer anderen Firma verwendet oder ist damit zu verwechseln; ergänzen Sie Ort oder Rechtsform, oder wenden Sie sich an den Betreiber',
  ],
  ['is needed: none is stored yet', 'wird benötigt, es ist noch keines hinterlegt'],
]);

/** Messages that hold a number or a list. */
const GERMAN_PATTERNS: readonly { english: RegExp; german: (...groups: string[]) => string }[] = [
  { english: /^has more than (\d+) characters before the @$/, german: (count) => `hat vor dem @ mehr als ${count} Zeichen` },
  { english: /^is longer than (\d+) characters(?:; shorten it)?$/, german: (count) => `ist länger als ${count} Zeichen; bitte kürzen` },
  { english: /^must be between (\d+) and (\d+)$/, german: (low, high) => `muss zwischen ${low} und ${high} liegen` },
  { english: /^must be one of the allowed ports (.+)$/, german: (ports) => `muss einer der zugelassenen Ports sein: ${ports}` },
  { english: /^has more than (\d+) users$/, german: (count) => `hat mehr als ${count} Benutzer` },
];

/** A message about a field in the reader's language; one that nobody foresaw stays as it came. */
export function sayFieldMessage(message: string, locale: Locale): string {
  if (locale === 'en') return message;
  const exact = GERMAN.get(message);
  if (exact !== undefined) return exact;
  for (const { english, german } of GERMAN_PATTERNS) {
    const match = english.exec(message);
    if (match) return german(...match.slice(1));
  }
  return message;
}
