import { type Locale } from '@billing-mail/contracts';
import { CATALOGUES } from '../words/catalogues.js';
import { explainFailure } from './explain-failure.js';
import { PROVIDER_HINTS, type ProbeFailure, type ProviderHint } from './provider-hints.js';

/**
 * Returns what to change after a failed test of a mail server, for the person who sets it up: the advice for the provider if it is known by
 * host name or reply, else the general advice for the failure. Plain text; the server's reply is never part of it.
 */
export function hintForProbe(failure: ProbeFailure, locale: Locale): string {
  const known = PROVIDER_HINTS.find((hint) => applies(hint, failure));
  return known === undefined
    ? explainFailure({ code: failure.reason, server: null, reply: null }, locale, 'custom', 'byTest').todo
    : CATALOGUES[locale].providerHints[known.hint];
}

function applies(hint: ProviderHint, { reason, reply, server }: ProbeFailure): boolean {
  return (
    (hint.host?.test(server.host) ?? true) &&
    (hint.reply?.test(reply ?? '') ?? true) &&
    (hint.reasons?.includes(reason) ?? true) &&
    (hint.port ?? server.port) === server.port &&
    hint.unlessPort !== server.port &&
    (hint.security?.includes(server.security) ?? true)
  );
}
