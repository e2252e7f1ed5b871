import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type TokenClaims } from '@billing-mail/contracts';

/** The caller of a request, as described by the token. */
export class Caller {
  /** @param issuedAt `iat` of the token; `null` if it has none */
  constructor(
    private readonly claims: TokenClaims,
    readonly issuedAt: Date | null = null,
  ) {}

  /** `sub` of the token. */
  get userId(): string {
    return this.claims.sub;
  }

  get isService(): boolean {
    return this.claims.role === 'service';
  }

  /** Teams of a user; an internal service has none of its own but may act for all. */
  get teamIds(): string[] {
    return Object.keys(this.claims.teams ?? {});
  }

  mayRead(teamId: string): boolean {
    return this.isService || Object.hasOwn(this.claims.teams ?? {}, teamId);
  }

  mayWrite(teamId: string): boolean {
    return this.isService || (Object.hasOwn(this.claims.teams ?? {}, teamId) && this.claims.teams?.[teamId] === 'admin');
  }
}

const callers = new WeakMap<object, Caller>();
export const setCaller = (request: object, caller: Caller): void => void callers.set(request, caller);
/** Returns the caller of the request, or `undefined` if no token was checked. */
export const knownCaller = (request: object): Caller | undefined => callers.get(request);

/** Parameter decorator: the `Caller` of the request. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = knownCaller(context.switchToHttp().getRequest<object>());
  if (caller === undefined) throw new Error('CurrentCaller is used on a route that needs no token.');
  return caller;
});
