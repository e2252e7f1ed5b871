// The page at the end of a sign-in: says what happened, reports it to the page that opened its window, and closes itself after a success.
import { createHash } from 'node:crypto';
import { CONNECTION_CHANNEL, type ConnectionMessage, type Locale, SHARED_WORDS } from '@billing-mail/contracts';
import { CATALOGUES } from '../words/catalogues.js';
import { type Ended } from './person-sign-in.js';

/** `policy`: the Content-Security-Policy, which allows only this page's script and style. */
export function callbackPage(ended: Ended, locale: Locale): { html: string; policy: string } {
  const words = CATALOGUES[locale].callbackPage;
  const message: ConnectionMessage = { type: CONNECTION_CHANNEL, ...ended };
  // Providers may cut the connection to the window that opened this one (Cross-Origin-Opener-Policy); a BroadcastChannel still reaches it.
  const script =
    `const message=${inScript(message)};` +
    `new BroadcastChannel(message.type).postMessage(message);` +
    `if(window.opener)window.opener.postMessage(message,location.origin);` +
    // Removes the authorization code from the address, so that nobody loads that address again.
    `history.replaceState(null,'',location.pathname);` +
    `if(message.ok)setTimeout(()=>window.close(),1000);`;
  const style = 'body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}';
  const text = ended.ok ? ended.mailbox : SHARED_WORDS[locale].signInRefusals[ended.reason];
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
