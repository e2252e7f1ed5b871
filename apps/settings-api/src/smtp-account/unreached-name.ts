// What is told of a server's name that leads to no public address: the same whether it leads nowhere or inside, or tests would map our network.
import { isIP } from 'node:net';
import { type Locale, type SmtpTestStep } from '@billing-mail/contracts';
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

/** Both answers come on a full beat: looking twice for what does not exist takes longer than refusing what does. */
const BEAT_MS = 2000;

/** How long an answer waits that took so long to find. */
export const waitForBeatMs = (tookMs: number): number => Math.ceil(Math.max(tookMs, 1) / BEAT_MS) * BEAT_MS - tookMs;

/** Whether a test ended because the name has no address, or one that is not to be told about. An address that somebody wrote is known to them. */
export const isUnreachedName = (host: string, steps: readonly ProbedStep[]): boolean =>
  isIP(host) === 0 &&
  steps.some(({ fact }) => fact?.kind === 'address' && (fact.reason === 'host_unknown' || fact.reason === 'host_forbidden'));

/** All that is told then. */
export const unreachedNameSteps = (locale: Locale): SmtpTestStep[] => [{ step: 'dns', ok: false, ms: BEAT_MS, ...WORDS[locale] }];
