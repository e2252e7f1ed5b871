import { type CanActivate, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type Reflector } from '@nestjs/core';
import { teamId as teamIdSchema } from '@billing-mail/contracts';
import type { Request } from 'express';
import { notFound, ProblemException, refusedAs } from '../http/problem.js';
import { knownCaller, setCaller } from './caller.js';
import { type TokenVerifier } from './token-verifier.js';

const PUBLIC = 'billing-mail:public';
const SERVICES_ONLY = 'billing-mail:services-only';
const TEAM_ACCESS = 'billing-mail:team-access';

/** Marks a route that needs no token. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Marks a route that only internal services may call. What they send is taken to be true. */
export const ServicesOnly = () => SetMetadata(SERVICES_ONLY, true);

/**
 * Says who may use a route of the team in its `:teamId`: `read` is for every member, `write` for admins and internal services. Every route
 * with a `:teamId` must say which; one that does not is refused.
 */
export const TeamAccess = (kind: 'read' | 'write') => SetMetadata(TEAM_ACCESS, kind);

/**
 * Answers 401 if there is no valid token, 404 for a team that is not the caller's, as if it did not exist, and 403 for a member who writes
 * and for a user on a route for internal services.
 */
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, targets)) return true;
    const request = context.switchToHttp().getRequest<Request>();
    // Already known if the request has a body, because a body is read only once its token has been checked.
    const caller = knownCaller(request) ?? (await this.verifier.callerOf(request.headers.authorization));
    setCaller(request, caller);
    if (this.reflector.getAllAndOverride<boolean | undefined>(SERVICES_ONLY, targets) && !caller.isService)
      throw new ProblemException(403, 'services-only', 'Only internal services may do this. Ask the operators of the e-mail delivery.');
    const { teamId } = request.params;
    if (teamId === undefined) return true;
    const access = this.reflector.getAllAndOverride<'read' | 'write' | undefined>(TEAM_ACCESS, targets);
    if (access === undefined) throw new Error('A route with :teamId must carry @TeamAccess.');
    if (typeof teamId !== 'string' || !teamIdSchema.safeParse(teamId).success || !caller.mayRead(teamId))
      throw refusedAs('foreign_team', notFound('The team'));
    if (access === 'write' && !caller.mayWrite(teamId))
      throw new ProblemException(403, 'admins-only', 'Only admins of the team may change this. Ask one of them.');
    return true;
  }
}
