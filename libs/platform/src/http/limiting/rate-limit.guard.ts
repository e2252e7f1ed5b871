import { applyDecorators, type CanActivate, type ExecutionContext, Injectable, SetMetadata, UseGuards } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Caller, knownCaller } from '../../auth/caller.js';
import { problemTitle } from '../problem.js';
import { RateLimiter } from './rate-limiter.js';
import { type RateLimitName } from './rate-limits.js';

const RATE_LIMIT = 'billing-mail:rate-limit';
type Choice = RateLimitName | ((request: Request) => RateLimitName);

const HEADERS = Object.fromEntries(
  Object.entries({
    'Retry-After': 'seconds until the next request may be taken',
    'RateLimit-Policy': 'the limit: its name, requests (q) and seconds (w)',
    RateLimit: 'what is left of it (r) and for how many seconds (t)',
  }).map(([name, description]) => [name, { description, schema: { type: 'string' as const } }]),
);

/** The route is bounded by a limit of the table; of several that one counts which `limit` chooses. It needs `LimitingModule`. */
export const RateLimit = (limit: Choice) =>
  applyDecorators(
    SetMetadata(RATE_LIMIT, limit),
    UseGuards(RateLimitGuard),
    ApiResponse({ status: 429, description: problemTitle(429), headers: HEADERS }),
  );

/** Runs behind the check of the token: what was refused there costs nothing here. */
@Injectable()
class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limiter: RateLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const choice = this.reflector.get<Choice>(RATE_LIMIT, context.getHandler());
    const name = typeof choice === 'function' ? choice(request) : choice;
    const caller = knownCaller(request);
    if (caller === undefined) throw new Error('A route with a limit needs a token, to know who asks.');
    const { of, countsServices } = this.limiter.limit(name);
    if (caller.isService && countsServices !== true) return true;
    http.getResponse<Response>().set(await this.limiter.count(name, ownerOf(of, caller, request)));
    return true;
  }
}

function ownerOf(of: 'team' | 'user' | undefined, caller: Caller, { params: { teamId } }: Request): string {
  if (of === 'user') return caller.userId;
  if (of !== 'team' || typeof teamId !== 'string')
    throw new Error('A route is limited by team or by user, and by team only with a :teamId.');
  return teamId;
}
