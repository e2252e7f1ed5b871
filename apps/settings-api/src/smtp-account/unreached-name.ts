// The answer for a server name that leads to no public address. It is the same whether the name does not exist or leads into our network,
// because otherwise somebody could map the network by testing names.
import { isIP } from 'node:net';
import { type Locale, type SmtpTestStep } from '@billing-mail/contracts';
import { BEAT_MS } from '@billing-mail/smtp-client';
import { type ProbedStep } from './smtp-probe.js';

const WORDS: Record<Locale, { detail: string; hint: string }> = {
  en: {
    detail: 'No mail server can be reached under that name from here.',
    hint: 'Check the spelling, and enter the public name of your mail server. Names that lead into a protected network are not used.',
  },
  de: {
    detail: 'Unter diesem Namen ist von hier aus kein Mailserver zu erreichen.',
    hint: 'Prüfen Sie die Schreibweise und tragen Sie den öffentlichen Namen Ihres Mailservers ein. Namen, die in ein geschütztes Netz führen, werden nicht verwendet.',
  },
};

/**
 * Whether a test ended because the name has no address, or only one that must not be revealed. Nothing is hidden if the request contains an
 * IP address, because its sender knows that address.
 */
export const isUnreachedName = (host: string, steps: readonly ProbedStep[]): boolean =>
  isIP(host) === 0 &&
  steps.some(({ fact }) => fact?.kind === 'address' && (fact.reason === 'host_unknown' || fact.reason === 'host_forbidden'));

/** Returns the only step that is reported in that case. */
export const unreachedNameSteps = (locale: Locale): SmtpTestStep[] => [{ step: 'dns', ok: false, ms: BEAT_MS, ...WORDS[locale] }];
