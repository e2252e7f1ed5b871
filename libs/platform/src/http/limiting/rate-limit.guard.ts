import { applyDecorators, type CanActivate, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type Reflector } from '@nestjs/core';
import { ApiResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { knownCaller } from '../../auth/caller.js';
import { problemTitle } from '../problem.js';
import { networkOf } from './network-of.js';
import { type RateLimiter } from './rate-limiter.js';
import { type RateLimitName, type RequestLimit } from './rate-limits.js';

const RATE_LIMIT = 'billing-mail:rate-limit';
type Choice = RateLimitName | ((request: Request) => RateLimitName);

const HEADERS = Object.fromEntries(
  Object.entries({
    'Retry-After': 'seconds until the next request may be taken',
    'RateLimit-Policy': 'the limit: its name, requests (q) and seconds (w)',
    RateLimit: 'what is left of it (r) and for how many seconds (t)',
  }).map(([name, description]) => [name, { description, schema: { type: 'string' as const } }]),
);
/** What every operation answers to a caller that asks too often. */
export const TOO_MANY_REQUESTS = { description: problemTitle(429), headers: HEADERS };

/** Bounds a route by this limit of the table in place of `requests`. If `limit` is a function, it chooses the limit for each request. */
export const RateLimit = (limit: Choice) =>
  applyDecorators(SetMetadata(RATE_LIMIT, limit), ApiResponse({ status: 429, ...TOO_MANY_REQUESTS }));

/**
 * Applies a limit to every operation. Runs after the token was checked, so that a request that was refused there costs nothing here. Routes
 * without a token, such as those for probes, have no limit unless they name one.
 */
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const choice = this.reflector.get<Choice | undefined>(RATE_LIMIT, context.getHandler());
    const caller = knownCaller(request);
    if (caller === undefined && choice === undefined) return true;
    const name = typeof choice === 'function' ? choice(request) : (choice ?? 'requests');
    const { of, countsServices } = this.limiter.limit(name);
    if (caller?.isService === true && countsServices !== true) return true;
    http.getResponse<Response>().set(await this.limiter.count(name, ownerOf(of, request)));
    return true;
  }
}

function ownerOf(of: RequestLimit['of'], request: Request): string {
  if (of === 'address') return networkOf(request.ip ?? '');
  const userId = knownCaller(request)?.userId;
  if (userId === undefined) throw new Error('A route without a token is limited by address.');
  if (of === 'user') return userId;
  const { teamId } = request.params;
  if (of === 'caller') return JSON.stringify([userId, teamId ?? null]);
  if (of !== 'team' || typeof teamId !== 'string') throw new Error('A route is limited by team only with a :teamId.');
  return teamId;
}
