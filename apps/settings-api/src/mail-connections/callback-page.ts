// The page that a sign-in ends with: says what happened, tells the page that opened it, and closes itself.
import { createHash } from 'node:crypto';
import { CONNECTION_CHANNEL, type ConnectionMessage, type ConnectionRefusal, type Locale } from '@billing-mail/contracts';
import { type Ended } from './connect-mailbox.js';

type Words = { connected: string; notConnected: string; close: string; reasons: Record<ConnectionRefusal, string> };

const WORDS: Record<Locale, Words> = {
  en: {
    connected: 'Connected',
    notConnected: 'Not connected',
    close: 'You may close this window.',
    reasons: {
      access_denied: 'The permission was not given. Connect again and agree to what the provider asks.',
      permission_missing: 'The permission to send e-mail was not among what was granted. Connect again and grant all of it.',
      no_lasting_permission: 'The provider gave no lasting permission. Connect again and agree to lasting access.',
      mailbox_unknown: 'The provider did not say which mailbox it is. Enter its address and connect again.',
      link_expired: 'This sign-in is over: it took longer than ten minutes, or was used already. Connect again.',
      other_browser: 'This sign-in was begun in another browser. Connect from the page where you want to use the mailbox.',
      provider_away: 'The provider does not answer at the moment. Try again in a few minutes.',
      provider_refused: 'The provider has refused the sign-in. Check the app and its secret, and connect again.',
    },
  },
  de: {
    connected: 'Verbunden',
    notConnected: 'Nicht verbunden',
    close: 'Sie können dieses Fenster schließen.',
    reasons: {
      access_denied: 'Die Berechtigung wurde nicht erteilt. Verbinden Sie erneut und stimmen Sie der Anfrage des Anbieters zu.',
      permission_missing:
        'Die Berechtigung zum Senden von E-Mails wurde nicht miterteilt. Verbinden Sie erneut und erteilen Sie alle Berechtigungen.',
      no_lasting_permission:
        'Der Anbieter hat keine dauerhafte Berechtigung erteilt. Verbinden Sie erneut und stimmen Sie dem dauerhaften Zugriff zu.',
      mailbox_unknown: 'Der Anbieter hat das Postfach nicht genannt. Geben Sie die Adresse ein und verbinden Sie erneut.',
      link_expired:
        'Diese Anmeldung ist abgelaufen: Sie hat länger als zehn Minuten gedauert oder wurde schon verwendet. Verbinden Sie erneut.',
      other_browser:
        'Diese Anmeldung wurde in einem anderen Browser begonnen. Verbinden Sie auf der Seite, auf der Sie das Postfach verwenden.',
      provider_away: 'Der Anbieter antwortet zurzeit nicht. Versuchen Sie es in einigen Minuten erneut.',
      provider_refused: 'Der Anbieter hat die Anmeldung abgelehnt. Prüfen Sie App und Schlüssel und verbinden Sie erneut.',
    },
  },
};

/** `policy` allows this page's script and style, and nothing else. */
export function callbackPage(ended: Ended, locale: Locale): { html: string; policy: string } {
  const words = WORDS[locale];
  const message: ConnectionMessage = { type: CONNECTION_CHANNEL, ...ended };
  // Providers may cut the tie to the page that opened the window; a channel reaches it all the same.
  const script =
    `const message=${inScript(message)};` +
    `new BroadcastChannel(message.type).postMessage(message);` +
    `if(window.opener)window.opener.postMessage(message,location.origin);` +
    // Not the address with its code: nobody is to go back to it.
    `history.replaceState(null,'',location.pathname);` +
    `if(message.ok)setTimeout(()=>window.close(),1000);`;
  const style = 'body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}';
  const text = ended.ok ? ended.mailbox : words.reasons[ended.reason];
  return {
    html:
      `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>${ended.ok ? words.connected : words.notConnected}</title><style>${style}</style></head>` +
      `<body><main><h1>${ended.ok ? words.connected : words.notConnected}</h1><p>${inHtml(text)}</p><p>${words.close}</p></main>` +
      `<script>${script}</script></body></html>`,
    policy: `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const inScript = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
const inHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
