// The answer for a server name that leads to no public address. It is the same whether the name does not exist or leads into our network,
// because otherwise somebody could map the network by testing names.
import { isIP } from 'node:net';
import { type Locale, type SmtpTestStep } from '@billing-mail/contracts';
import { BEAT_MS } from '@billing-mail/smtp-client';
import { CATALOGUES } from '../words/catalogues.js';
import { type ProbedStep } from './smtp-probe.js';

/**
 * Whether a test ended because the name has no address, or only one that must not be revealed. Nothing is hidden if the request contains an
 * IP address, because its sender knows that address.
 */
export const isUnreachedName = (host: string, steps: readonly ProbedStep[]): boolean =>
  isIP(host) === 0 &&
  steps.some(({ fact }) => fact?.kind === 'address' && (fact.reason === 'host_unknown' || fact.reason === 'host_forbidden'));

/** Returns the only step that is reported in that case. */
export const unreachedNameSteps = (locale: Locale): SmtpTestStep[] => [
  { step: 'dns', ok: false, ms: BEAT_MS, ...CATALOGUES[locale].unreachedName },
];
