// Tokens that teams' servers are signed in to by, as settings-api keeps them: asked by the Redis transport and kept until they are to be renewed.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type ClientProxy } from '@nestjs/microservices';
import { type ConnectionTrouble, SMTP_TOKEN, smtpTokenAnswer, type SmtpTokenRequest } from '@billing-mail/contracts';
import { CredentialBox, smtpTokenContext } from '@billing-mail/platform';
import { lastValueFrom, timeout } from 'rxjs';
import { TRANSPORT_CLIENT } from './settings.client.js';

/** Longer than settings-api waits for a provider and for its turn. */
const ANSWER_TIMEOUT_MS = 25_000;
/** A token is asked for anew so long before its end. */
const RENEWED_BEFORE_END_MS = 5 * 60_000;
/** After a question without an answer the next deliveries of the connection do not ask for so long. */
const SILENCE_MS = 5000;

/** A token can't be had now: our own trouble or the provider's, the delivery waits. */
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
   * A token for this connection and server; `broken` when its team has to do something about it.
   * @param rejected the token that the server has refused
   * @throws TokenUnavailableError when nobody answers, or the provider does not
   */
  async tokenFor(asked: ConnectionAsked, rejected?: string): Promise<TokenFound> {
    const key = `${asked.connectionId} ${asked.host}`;
    const known = this.entries.get(key);
    if (known !== undefined && performance.now() < known.goodUntil) {
      const found = await known.found;
      if (rejected === undefined || !('token' in found) || found.token !== rejected) return found;
      if (this.entries.get(key) !== known) return this.tokenFor(asked, rejected);
    }
    if (performance.now() < (this.silentUntil.get(key) ?? 0)) throw new TokenUnavailableError('There was no token a moment ago.');
    const entry: Entry = { found: Promise.resolve({ broken: 'not_connected' }), goodUntil: Infinity };
    entry.found = this.ask(asked, rejected, entry);
    this.entries.set(key, entry);
    entry.found.then(
      // What a team has mended is to be seen by the next try.
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
    const request: SmtpTokenRequest = { teamId, connectionId, host, ...(rejected === undefined ? {} : { rejected: sha256(rejected) }) };
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

const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');
