// One try of a delivery in hand: chooses server, session and bytes, hands the message in, and returns the result. The caller decides what
// follows.
import { Inject, Injectable } from '@nestjs/common';
import { type Route, sendingLimitsOf, type TeamMailSettings } from '@billing-mail/contracts';
import { type Verdict } from '@billing-mail/mail-core';
import { CredentialBox, Traced } from '@billing-mail/platform';
import { SessionKeeper, serverLabel, type SessionOptions, type SmtpServer } from '@billing-mail/smtp-client';
import { v7 as uuidv7 } from 'uuid';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { EXTRA_AUTHORITIES, PLATFORM_SERVER, SMTP_SESSION } from '../dispatcher.tokens.js';
import { DocumentChangedError } from '../documents/read-document.js';
import { SettingsClient } from '../documents/settings.client.js';
import { type ConnectionAsked, TokenClient, TokenUnavailableError } from '../documents/token.client.js';
import { DeliveryRecords } from '../records/delivery-records.js';
import { envelopeFrom } from '../records/look.js';
import { ReturnPaths } from '../records/return-paths.js';
import { type LookedAfter, type RecipientRow } from '../records/rows.js';
import { type TryReport } from '../settling/try-report.js';
import { DangerousSteps } from './dangerous-steps.js';
import { handIn, type HandedIn, type HandIn, notHandedIn } from './hand-in.js';
import { Messages, type PreparedMessage } from './messages.js';
import { PacedLanes, type Permit } from './paced-lanes.js';
import { customServerOf, serverFingerprint, type TokenOfServer } from './server-for-route.js';
import { type Turn } from './turn.js';

export type Tried =
  | { kind: 'tried'; report: TryReport; message: PreparedMessage; bodyBegun: boolean }
  /** A problem on our side ended the try before its end of data. */
  | { kind: 'interrupted'; report: TryReport; cause: unknown }
  | { kind: 'team_unknown' }
  | { kind: 'route_gone' }
  /** While the delivery waited for its turn, others found the server in trouble, or the process must end. */
  | { kind: 'server_restrained' }
  /** The limits of the team's server do not allow this delivery now. */
  | { kind: 'limit_reached'; permit: Extract<Permit, { kind: 'wait' }>; fingerprint: string }
  | { kind: 'document_changed' }
  /** A recipient may have the message already, and the same bytes can't be composed again. */
  | { kind: 'not_repeatable' };

/** The bytes of this try differ from those that went out before. */
class OtherBytesError extends Error {
  override readonly name = 'OtherBytesError';
}

/** All teams share sessions with the platform's server. No team's id contains a colon, so the name can't collide. */
const PLATFORM_SCOPE = ':platform';

/** Composes and writes a message while no other delivery does. */
type Alone = { prepare(delivery: LookedAfter, compose: () => Promise<PreparedMessage>): Promise<PreparedMessage> };

type RecordProgress = (report: TryReport) => Promise<void>;
/** `alone` is set for a delivery that must be composed and written while no other is. */
type Circumstances = { signal: AbortSignal; turn: Turn; alone: Alone | null };
/**
 * `connection`: the request for the access token, if a mailbox is connected; `expired` if there is no token until the team connects again.
 * `limited`: the team's server, if it has limits.
 */
type WayOut = {
  server: SmtpServer;
  scope: string;
  fallback: boolean;
  fingerprint: string;
  limited: TeamMailSettings['smtp'];
  connection?: ConnectionAsked | 'expired';
};

/** Without a token nobody can sign in, so the server is not even contacted. */
const SIGN_IN_EXPIRED: Verdict = {
  scope: 'route',
  lasting: 'permanent',
  stage: 'auth',
  code: null,
  enhancedCode: null,
  reason: 'smtp_sign_in_expired',
  reply: null,
  stopsWay: true,
};

@Injectable()
export class TryDelivery {
  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(PLATFORM_SERVER) private readonly platformServer: SmtpServer,
    @Inject(SMTP_SESSION) private readonly session: SessionOptions,
    @Inject(EXTRA_AUTHORITIES) private readonly extraAuthorities: string | null,
    private readonly settings: SettingsClient,
    private readonly tokens: TokenClient,
    private readonly credentials: CredentialBox,
    private readonly keeper: SessionKeeper,
    private readonly messages: Messages,
    private readonly steps: DangerousSteps,
    private readonly records: DeliveryRecords,
    private readonly returnPaths: ReturnPaths,
    private readonly paced: PacedLanes,
  ) {}

  /**
   * Tries the delivery once. Throws only for a problem on our side, before anything was sent. Composes the message before the delivery
   * waits for its turn at the server: the server must not wait until it is composed, and a delivery that has its turn must not need memory
   * that waiting deliveries hold.
   */
  async tryOnce(delivery: LookedAfter, { signal, turn, alone }: Circumstances, recordProgress: RecordProgress): Promise<Tried> {
    const compose = (): Promise<PreparedMessage> => this.messages.prepare(delivery, delivery.route);
    const message = await (alone === null ? this.steps.among(delivery.id, compose) : alone.prepare(delivery, compose));
    try {
      if (!(await turn.goToServer(signal))) return { kind: 'server_restrained' };
      if (alone === null) await this.steps.enter(delivery.id);
      return await this.handInTo(delivery, message, signal, turn, recordProgress);
    } catch (error) {
      if (error instanceof DocumentChangedError) return { kind: 'document_changed' };
      throw error;
    } finally {
      this.steps.leave(delivery.id);
      message.done();
    }
  }

  private async handInTo(
    delivery: LookedAfter,
    message: PreparedMessage,
    signal: AbortSignal,
    turn: Turn,
    recordProgress: RecordProgress,
  ): Promise<Tried> {
    const way = await this.wayOut(delivery);
    if (typeof way === 'string') return { kind: way };
    if (way.limited === null) return this.handInBy(way, delivery, message, signal, turn, recordProgress);
    const recipients = delivery.recipients.filter(({ status }) => status === 'pending').length;
    const size = { messages: Math.ceil(recipients / this.env.SMTP_MAX_RECIPIENTS), recipients };
    const permit = await this.paced.begin(delivery.teamId, way.limited, way.fingerprint, size);
    if (permit.kind === 'wait') return { kind: 'limit_reached', permit, fingerprint: way.fingerprint };
    let isLetIn: boolean | null = null;
    try {
      // The server counts connections per account, so all teams that send by the account share its kept sessions.
      const tried = await this.handInBy({ ...way, scope: `:${permit.account}` }, delivery, message, signal, turn, recordProgress);
      isLetIn = isLetInBy(tried);
      return tried;
    } finally {
      permit.end(isLetIn);
    }
  }

  @Traced('send', { kind: 'client' })
  private async handInBy(
    way: WayOut,
    delivery: LookedAfter,
    message: PreparedMessage,
    signal: AbortSignal,
    turn: Turn,
    recordProgress: RecordProgress,
  ): Promise<Tried> {
    const { route } = delivery;
    const attempt = { id: uuidv7(), number: delivery.lastAttempt + 1, route, server: serverLabel(way.server) };
    const since = performance.now();
    const reportOf = ({ results, failure, facts, bodyBegun }: HandedIn): TryReport => ({
      ...{ deliveryId: delivery.id, claimId: delivery.claimId, attemptId: attempt.id, number: attempt.number, route },
      ...{ results, failure, facts, fallback: way.fallback, fingerprint: way.fingerprint },
      message: bodyBegun ? message.facts() : null,
    });
    if (way.connection === 'expired') {
      const refused = notHandedIn(attempt.server, SIGN_IN_EXPIRED);
      return toTried(refused, reportOf(refused), message);
    }
    const task = (server: SmtpServer): HandIn => ({
      line: this.keeper.line(server, way.scope, way.limited === null ? this.session : { ...this.session, afterClosing: true }),
      server: attempt.server,
      ...this.envelopeOf(delivery),
      recipients: delivery.recipients.filter(({ status }) => status === 'pending'),
      message,
      releaseEndOfData: (positions) => {
        this.steps.leave(delivery.id);
        if (turn.gate === 'closed') return Promise.resolve(false);
        turn.gate = 'passed';
        const facts = message.facts();
        if (facts === null) throw new Error('The end of data was asked for before all of the message was read.');
        requireSameBytes(delivery, route, facts.sha256);
        const sinceMs = Math.round(performance.now() - since);
        const { id, claimId, revision } = delivery;
        return this.records.release({ id, claimId, revision, positions, attempt: { ...attempt, sinceMs, message: facts } });
      },
      passOn: () => turn.passOn(),
      recordProgress: (soFar) => recordProgress(reportOf(soFar)),
      signal,
    });
    let handedIn = await handIn(task(way.server));
    if (way.connection !== undefined && isTokenRefused(handedIn)) {
      const renewed = await this.withNewToken(way.server, way.connection);
      if (renewed !== null && !signal.aborted) handedIn = await handIn(task(renewed));
    }
    return toTried(handedIn, reportOf(handedIn), message);
  }

  /** If bounces are received for the route, MAIL FROM is an address that accepts reports. The From header does not change. */
  private envelopeOf({ id, route, look }: LookedAfter): Pick<HandIn, 'from' | 'envelopeId' | 'maxRecipients'> {
    const { returnPaths, env } = this;
    if (!returnPaths.servesRoute(route)) return { from: () => envelopeFrom(route, look), maxRecipients: env.SMTP_MAX_RECIPIENTS };
    return {
      from: ([first]: readonly RecipientRow[]) => returnPaths.addressFor(id, returnPaths.isPerRecipient ? (first?.position ?? null) : null),
      envelopeId: id,
      maxRecipients: returnPaths.isPerRecipient ? 1 : env.SMTP_MAX_RECIPIENTS,
    };
  }

  /** Reads server and credentials anew for each try, so that a corrected password helps waiting deliveries. */
  private async wayOut({ teamId, route }: LookedAfter): Promise<WayOut | 'team_unknown' | 'route_gone'> {
    if (route === 'platform')
      return { server: this.platformServer, scope: PLATFORM_SCOPE, fallback: false, fingerprint: 'platform', limited: null };
    const settings = await this.settings.settingsOf(teamId);
    if (settings === null) return 'team_unknown';
    const isConnected = settings.smtp?.auth.type === 'oauth2' && settings.sender === 'custom';
    const { bearer, connection } = isConnected ? await this.bearerOf(settings) : {};
    const server = customServerOf(settings, this.credentials, this.extraAuthorities, bearer);
    if (server === null) return 'route_gone';
    const limited = settings.smtp !== null && sendingLimitsOf(settings.smtp) !== null ? settings.smtp : null;
    const way = { server, scope: teamId, fallback: settings.fallback, fingerprint: serverFingerprint(settings), limited };
    return connection === undefined ? way : { ...way, connection };
  }

  private async bearerOf({ teamId, smtp }: TeamMailSettings): Promise<{ bearer?: TokenOfServer; connection: ConnectionAsked | 'expired' }> {
    const connected = smtp?.auth.type === 'oauth2' ? smtp.auth.connection : null;
    if (smtp === null || connected === null) return { connection: 'expired' };
    const asked = { teamId, connectionId: connected.id, host: smtp.host };
    const found = await this.tokens.tokenFor(asked);
    if ('broken' in found) return { connection: 'expired' };
    return { bearer: { token: found.token, username: connected.username ?? connected.mailbox }, connection: asked };
  }

  /** Returns the server with a token other than the one that it refused; `null` if there is no other. */
  private async withNewToken(server: SmtpServer, asked: ConnectionAsked): Promise<SmtpServer | null> {
    if (server.auth.type !== 'bearer') return null;
    const refused = server.auth.token;
    try {
      const found = await this.tokens.tokenFor(asked, refused);
      return 'token' in found && found.token !== refused ? { ...server, auth: { ...server.auth, token: found.token } } : null;
    } catch (error) {
      // The server's reply stands: it may have refused the mailbox and not the token.
      if (error instanceof TokenUnavailableError) return null;
      throw error;
    }
  }
}

/** Whether the server let the account sign in; `null` if the try does not show it. */
function isLetInBy(tried: Tried): boolean | null {
  if (tried.kind !== 'tried') return null;
  const { failure, results } = tried.report;
  if (results.some(({ outcome }) => outcome === 'accepted')) return true;
  return failure?.stage === 'auth' ? false : null;
}

/**
 * Whether the server refused the sign-in and nothing else has happened. 535 (RFC 4954) is the code that all providers use for a token that
 * is not valid.
 */
const isTokenRefused = ({ failure, results, interrupted }: HandedIn): boolean =>
  failure?.stage === 'auth' && failure.code === 535 && results.length === 0 && interrupted === null;

function toTried({ interrupted, bodyBegun }: HandedIn, report: TryReport, message: PreparedMessage): Tried {
  if (interrupted === null) return { kind: 'tried', report, message, bodyBegun };
  if (interrupted instanceof DocumentChangedError && report.results.every(({ outcome }) => outcome === 'refused'))
    return { kind: 'document_changed' };
  if (interrupted instanceof OtherBytesError) return { kind: 'not_repeatable' };
  return { kind: 'interrupted', report, cause: interrupted };
}

/**
 * Throws `OtherBytesError` if recipients who may have the message already would get other bytes. After a crash the message is composed
 * anew, and a new version or certificate changes its bytes.
 */
function requireSameBytes({ messages, recipients }: LookedAfter, route: Route, sha256: string): void {
  const known = messages[route];
  if (known === undefined || known.sha256 === sha256) return;
  if (recipients.some(({ status, uncertainEnds }) => status === 'pending' && uncertainEnds > 0))
    throw new OtherBytesError('The bytes that were sent before cannot be composed again.');
}
