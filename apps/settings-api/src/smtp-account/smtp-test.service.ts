// Tests a team's mail server, the stored one or one from the request, and explains what went wrong.
import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  type Locale,
  type ServerTrust,
  type SmtpInput,
  type SmtpTestRequest,
  type SmtpTestResult,
  type SmtpTestStep,
  type TeamMailSettings,
} from '@billing-mail/contracts';
import { classifyReply, explainFailure, hintForProbe } from '@billing-mail/mail-core';
import {
  CredentialBox,
  invalidInput,
  type Logger,
  networkOf,
  type OpenedTrust,
  openServerTrust,
  ProblemException,
  RateLimiter,
  RefusedRequests,
  SealError,
  SharedSlots,
  smtpPasswordContext,
} from '@billing-mail/platform';
import { serverLabel, type SessionOptions, type SmtpServer } from '@billing-mail/smtp-client';
import { EmailDeliveryStore } from '../email-delivery/email-delivery.store.js';
import { AccessTokens } from '../mail-connections/access-tokens.js';
import { clockOff } from '../mail-connections/requested-app.js';
import { MailConnectionsStore } from '../mail-connections/mail-connections.store.js';
import { LOGGER, PROBE_OPTIONS } from '../settings.tokens.js';
import { CATALOGUES } from '../words/catalogues.js';
import { readServerTrust, settleTrust } from './read-server-trust.js';
import { type WrittenServer, whyPasswordIsNeeded } from './settle-password.js';
import { SignInWaits } from './sign-in-waits.js';
import { type Probe, type ProbedStep, type ProbeMail, startProbe } from './smtp-probe.js';
import { composeTestMessage } from './test-message.js';
import { isUnreachedName, unreachedNameSteps } from './unreached-name.js';

/** `totalMs` limits the whole test. */
export type ProbeOptions = Omit<SessionOptions, 'onStep'> & { totalMs: number; caPem: string | undefined };

type Account = { server: SmtpServer; from: { address: string; name?: string | undefined } };

const TESTS_UNDER_WAY = 'Two tests of the team are under way. Wait until one has ended.';

@Injectable()
export class SmtpTestService {
  private readonly refused: RefusedRequests;

  constructor(
    private readonly store: EmailDeliveryStore,
    private readonly connections: MailConnectionsStore,
    private readonly tokens: AccessTokens,
    private readonly box: CredentialBox,
    private readonly limiter: RateLimiter,
    private readonly slots: SharedSlots,
    private readonly waits: SignInWaits,
    @Inject(PROBE_OPTIONS) private readonly options: ProbeOptions,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.refused = new RefusedRequests(logger);
  }

  /**
   * Tests the server. A failed test is a result, not an error. Its hints are in the language of `reader`, or else of the team. Calls
   * `onSuccess` for each step that succeeds.
   * @throws ProblemException 422 if the request or the stored settings do not suffice for a test, 429 after too many tests or failed
   * sign-ins or while two tests of the team are under way, 503 if the provider of a connected mailbox does not answer
   */
  async test(
    teamId: string,
    request: SmtpTestRequest,
    reader: Locale | null,
    onSuccess: (step: SmtpTestStep) => void = () => undefined,
  ): Promise<SmtpTestResult> {
    const stored = await this.store.find(teamId);
    const { caPem } = this.options;
    const { account, trust } = await this.accountOf(teamId, request.smtp, stored, caPem ?? null);
    const teamLocale = stored?.locale ?? 'en';
    const { host } = account.server;
    await this.waits.check(teamId, host);
    await this.limiter.count('smtp-test-host', host.toLowerCase());
    const release = await this.slots.take('tests-under-way', teamId, TESTS_UNDER_WAY);
    try {
      const mail = await mailOf(account, request.sendTo, teamLocale);
      const { totalMs, caPem: _caPem, ...options } = this.options;
      const since = performance.now();
      let held: SmtpTestStep[] = [];
      const told = new Set<SmtpTestStep['step']>();
      const onStep = (step: ProbedStep): void => {
        // The reason for a failure is known only at the end of the session. A second session repeats the first steps.
        if (!step.ok || told.has(step.step)) return;
        told.add(step.step);
        held.push(asTold(step));
        // The step `policy` is reported only together with the next one: alone it would show whether a name exists.
        if (step.step !== 'policy') {
          held.forEach(onSuccess);
          held = [];
        }
      };
      const beforeConnecting = (addresses: readonly string[]): Promise<void> => this.checkAddresses(teamId, host, addresses);
      const first = startProbe({ ...account.server, ...trust }, mail, { ...options, beforeConnecting }, totalMs, onStep);
      const renewed = await this.withNewToken(teamId, account.server, (await first.probe).steps);
      const leftMs = totalMs - (performance.now() - since);
      const last = renewed === null || leftMs <= 0 ? first : startProbe({ ...renewed, ...trust }, mail, options, leftMs, onStep);
      void Promise.all([first.ended, last.ended]).then(release);
      const probe = await last.probe;
      await this.waits.note(teamId, host, probe.steps);
      if (isPortForbidden(probe.steps)) this.refused.note('policy', { teamId });
      const result = this.resultOf(teamId, probe, account.server, reader ?? teamLocale);
      if (isUnreachedName(account.server.host, probe.steps)) return { ok: false, steps: unreachedNameSteps(reader ?? teamLocale) };
      return result.ok && request.sendTo === undefined ? { ...result, notAsked: CATALOGUES[reader ?? teamLocale].notAsked } : result;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Applies the limits for the name of a server to its addresses as well, because names are easily made. */
  private async checkAddresses(teamId: string, host: string, addresses: readonly string[]): Promise<void> {
    await this.waits.checkAddresses(teamId, addresses);
    // A host that is given as an address was counted already.
    const networks = new Set(addresses.map(networkOf).filter((network) => network !== host));
    for (const network of networks) await this.limiter.count('smtp-test-host', network);
  }

  private resultOf(teamId: string, probe: Probe, server: SmtpServer, locale: Locale): SmtpTestResult {
    const steps = probe.steps.map((step) => explainStep(step, probe.endOfDataReleased, server, locale));
    const failed = steps.find(({ ok }) => !ok);
    this.logger.info({ teamId, step: 'smtp-tested', verdict: failed?.step ?? 'ok' }, 'mail server tested');
    return { ok: failed === undefined, steps };
  }

  private async accountOf(
    teamId: string,
    given: SmtpInput | undefined,
    stored: TeamMailSettings | null,
    caPem: string | null,
  ): Promise<{ account: Account; trust: OpenedTrust }> {
    const tls = given === undefined ? stored?.smtp?.tls : await this.trustOf(teamId, given, stored);
    const written = given && { ...given, tls };
    return { account: await this.serverOf(teamId, written, stored), trust: openServerTrust(teamId, tls, caPem, this.box) };
  }

  private async trustOf(teamId: string, { tls }: SmtpInput, stored: TeamMailSettings | null): Promise<ServerTrust | undefined> {
    const read = await readServerTrust(teamId, tls, this.box, new Date());
    if ('errors' in read) throw invalidInput(read.errors);
    const settled = settleTrust(read, stored?.smtp?.tls);
    if ('error' in settled) throw invalidInput([settled.error]);
    return settled.tls;
  }

  private async serverOf(teamId: string, given: WrittenServer | undefined, stored: TeamMailSettings | null): Promise<Account> {
    const smtp = given ?? stored?.smtp;
    if (!smtp) throw invalidInput([{ pointer: '/smtp', message: 'is needed: no server is stored for the team yet' }]);
    const { host, port, security, fromAddress, fromName } = smtp;
    const from = { address: fromAddress, name: fromName };
    if (smtp.auth.type === 'none') return { server: { host, port, security, auth: { type: 'none' } }, from };
    if (smtp.auth.type === 'oauth2') return { server: { host, port, security, auth: await this.bearerOf(teamId, host) }, from };
    const { username } = smtp.auth;
    const password = (given?.auth.type === 'password' ? given.auth.password : undefined) ?? this.storedPassword(teamId, stored, given);
    return { server: { host, port, security, auth: { type: 'password', username, password } }, from };
  }

  private async bearerOf(teamId: string, host: string): Promise<SmtpServer['auth']> {
    const connection = await this.connections.find(teamId);
    const answer = await this.tokens.tokenFor({ teamId, host });
    if ('token' in answer && connection !== null)
      return { type: 'bearer', username: connection.username ?? connection.mailbox, token: answer.token };
    if ('unavailable' in answer && answer.unavailable === 'clock_off') throw clockOff();
    if ('unavailable' in answer)
      throw new ProblemException(
        503,
        'provider-away',
        'The provider of the mailbox does not answer at the moment. Try again in a few minutes.',
      );
    const isElsewhere = 'broken' in answer && answer.broken === 'other_server';
    throw invalidInput([
      isElsewhere
        ? { pointer: '/smtp/host', message: 'is not the server of the connected mailbox' }
        : { pointer: '/smtp/auth', message: 'needs a mailbox that is connected: connect it again' },
    ]);
  }

  /** As in a try of a delivery, returns the server with another token than the one it refused, or `null` if there is no other token. */
  private async withNewToken(teamId: string, server: SmtpServer, steps: readonly ProbedStep[]): Promise<SmtpServer | null> {
    const { auth, host } = server;
    if (auth.type !== 'bearer' || !steps.some(isTokenRefused)) return null;
    const answer = await this.tokens.tokenFor({ teamId, host, rejected: createHash('sha256').update(auth.token).digest('hex') });
    return 'token' in answer ? { ...server, auth: { ...auth, token: answer.token } } : null;
  }

  /** Returns the stored password. As when settings are saved, it is only used for the server and user that it was stored for. */
  private storedPassword(teamId: string, stored: TeamMailSettings | null, given: WrittenServer | undefined): string {
    const refuse = (message: string) => invalidInput([{ pointer: '/smtp/auth/password', message }]);
    const kept = stored?.smtp ?? null;
    if (given?.auth.type === 'password') {
      const reason = whyPasswordIsNeeded({ ...given, auth: { type: 'password', username: given.auth.username } }, kept);
      if (reason !== null) throw refuse(reason);
    }
    if (kept?.auth.type !== 'password') throw refuse('is needed: none is stored yet');
    const { host, port, security, auth, tls } = kept;
    try {
      return this.box.open(auth.passwordSealed, smtpPasswordContext(teamId, { host, port, security, auth, tls }));
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      this.logger.error({ teamId, step: 'password-opened', err: error }, 'a stored password can not be opened');
      throw refuse('is needed again: the stored one can no longer be read');
    }
  }
}

async function mailOf({ server, from }: Account, sendTo: string | undefined, locale: Locale): Promise<ProbeMail> {
  if (sendTo === undefined) return { from: from.address };
  const message = { from, to: sendTo, server: serverLabel(server), locale, date: new Date(), id: randomUUID() };
  return { from: from.address, to: sendTo, bytes: await composeTestMessage(message) };
}

/** 535 (RFC 4954) is the code that all providers use for a token that is not valid. */
const isTokenRefused = ({ step, fact }: ProbedStep): boolean => step === 'auth' && fact?.kind === 'reply' && fact.code === 535;

/** Whether the test ended because the network policy forbids the server's port. A forbidden address is reported by the policy itself. */
const isPortForbidden = (steps: readonly ProbedStep[]): boolean =>
  steps.some(({ fact }) => fact?.kind === 'address' && fact.reason === 'port_forbidden');

/** Removes the fields that are only for internal use. */
function asTold({ fact: _fact, address: _address, ...step }: ProbedStep): SmtpTestStep {
  return step;
}

function explainStep(probed: ProbedStep, endOfDataReleased: boolean, server: SmtpServer, locale: Locale): SmtpTestStep {
  const { fact } = probed;
  const step = asTold(probed);
  if (fact === undefined) return step;
  const { reason, reply } = classifyReply(fact, { endOfDataReleased });
  const { happened } = explainFailure({ code: reason, server: serverLabel(server), reply: null }, locale);
  // The server's own words are shown as they are. Node.js's messages are technical, so they come second.
  const said = fact.kind === 'reply' ? { detail: step.detail } : { detail: happened, technical: step.detail };
  return { ...step, ...said, hint: hintForProbe({ reason, reply, server }, locale) };
}
