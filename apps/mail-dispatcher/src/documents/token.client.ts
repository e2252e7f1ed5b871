// Asks settings-api by the Redis transport for the access tokens that are used to sign in to mailboxes, and keeps them until shortly before
// they expire.
import { Inject, Injectable } from '@nestjs/common';
import { type ClientProxy } from '@nestjs/microservices';
import { type ConnectionTrouble, SMTP_TOKEN, smtpTokenAnswer, type SmtpTokenRequest } from '@billing-mail/contracts';
import { CredentialBox, smtpTokenContext } from '@billing-mail/platform';
import { lastValueFrom, timeout } from 'rxjs';
import { TRANSPORT_CLIENT } from './settings.client.js';
import { sha256Of } from './sha256.js';

/** Longer than settings-api waits for its turn and for the provider together. */
const ANSWER_TIMEOUT_MS = 25_000;
/** How long before it expires a token is renewed. */
const RENEWED_BEFORE_END_MS = 5 * 60_000;
/** After a failed request for a connection, further ones for it fail at once for this long. */
const SILENCE_MS = 5000;

/** Thrown if no token is available now, because of a trouble of our own or of the provider. The delivery waits. */
export class TokenUnavailableError extends Error {
  override readonly name = 'TokenUnavailableError';
}

export type ConnectionAsked = { teamId: string; connectionId: string; host: string };
export type TokenFound = { token: string } | { broken: ConnectionTrouble };

type Entry = { found: Promise<TokenFound>; goodUntil: number };

@Injectable()
export class TokenClient {
  private readonly entries = new Map<string, Entry>();
  private readonly silentUntil = new Map<string, number>();

  constructor(
    @Inject(TRANSPORT_CLIENT) private readonly transport: ClientProxy,
    private readonly credentials: CredentialBox,
  ) {}

  /**
   * Returns a token for this connection and server, or `broken` if the team has to act.
   * @param rejected the token that the server has refused
   * @throws TokenUnavailableError if settings-api or the provider does not answer
   */
  async tokenFor(asked: ConnectionAsked, rejected?: string): Promise<TokenFound> {
    const key = `${asked.connectionId} ${asked.host}`;
    const known = this.entries.get(key);
    if (known !== undefined && performance.now() < known.goodUntil) {
      const found = await known.found;
      if (rejected === undefined || !('token' in found) || found.token !== rejected) return found;
      if (this.entries.get(key) !== known) return this.tokenFor(asked, rejected);
    }
    if (performance.now() < (this.silentUntil.get(key) ?? 0)) throw new TokenUnavailableError('No token was available a moment ago.');
    const entry: Entry = { found: Promise.resolve({ broken: 'not_connected' }), goodUntil: Infinity };
    entry.found = this.ask(asked, rejected, entry);
    this.entries.set(key, entry);
    entry.found.then(
      // `broken` is not kept, so that the next try notices when the team has repaired the connection.
      (found) => 'broken' in found && this.forgetEntry(key, entry),
      () => {
        this.forgetEntry(key, entry);
        this.silentUntil.set(key, performance.now() + SILENCE_MS);
      },
    );
    return entry.found;
  }

  private forgetEntry(key: string, entry: Entry): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
  }

  private async ask({ teamId, connectionId, host }: ConnectionAsked, rejected: string | undefined, entry: Entry): Promise<TokenFound> {
    const request: SmtpTokenRequest = { teamId, connectionId, host, ...(rejected === undefined ? {} : { rejected: sha256Of(rejected) }) };
    const askedAt = performance.now();
    const answer = await this.answerTo(request);
    if ('broken' in answer) return answer;
    if ('unavailable' in answer) throw new TokenUnavailableError('The provider of the mailbox does not answer.');
    entry.goodUntil = askedAt + Math.max(0, answer.validForMs - RENEWED_BEFORE_END_MS);
    return { token: this.credentials.open(answer.tokenSealed, smtpTokenContext(teamId, connectionId, host)) };
  }

  private async answerTo(request: SmtpTokenRequest) {
    try {
      return smtpTokenAnswer.parse(
        await lastValueFrom(this.transport.send<unknown>(SMTP_TOKEN, request).pipe(timeout({ each: ANSWER_TIMEOUT_MS }))),
      );
    } catch (cause) {
      throw new TokenUnavailableError('settings-api gives no token on the Redis transport.', { cause });
    }
  }
}
