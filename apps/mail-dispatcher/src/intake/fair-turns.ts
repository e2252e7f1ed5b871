// Lets the teams take turns in the queue. Bull alone is first in, first out, so that a mass run of one team would delay every job behind
// it.
import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import { DISPATCH_QUEUE } from '@billing-mail/contracts';
import { type Logger } from '@billing-mail/platform';
import type { Queue } from 'bull';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOGGER } from '../dispatcher.tokens.js';

/** Pause before each script, so that Redis has time for other clients. */
const PAUSE_MS = 20;
/** Limits of one script: bytes of payload read, and list entries walked. Redis serves nobody meanwhile: 21 ms for 16 MiB, measured. */
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_STEPS = 1_000_000;

/**
 * Start-time fair queueing. The nth waiting job of a team gets turn n, counted from the turn that is being served, and the list is kept in
 * the order of turns. The turns are stored in Bull's set of priorities: Bull removes a job's entry together with the job, and adds new
 * jobs, which have no entry, to the left of all others.
 */
const GIVE_TURNS = `
local wait, turns, lastTurns = KEYS[1], KEYS[2], KEYS[3]
local call = redis.call
local waiting, placed = call('LLEN', wait), call('ZCARD', turns)
local new = waiting - placed
if placed == 0 then call('DEL', lastTurns) end
local served = tonumber(call('ZRANGE', turns, 0, 0, 'WITHSCORES')[2] or 1) - 1
local bytes, steps = 0, 0
while new > 0 and bytes < tonumber(ARGV[2]) and steps < tonumber(ARGV[3]) do
  new = new - 1
  local id = call('LINDEX', wait, new)
  if not call('ZSCORE', turns, id) then
    local data = call('HGET', ARGV[1] .. id, 'data') or ''
    local team = string.match(data, '"teamId"%s*:%s*"([%w_-]+)"') or ''
    local turn = math.max(served, tonumber(call('HGET', lastTurns, team) or 0)) + 1
    local before = call('ZCOUNT', turns, '-inf', turn)
    call('HSET', lastTurns, team, turn)
    call('ZADD', turns, turn, id)
    if before < placed then
      call('LREM', wait, 1, id)
      local neighbour = before > 0 and call('LINDEX', wait, -before)
      if neighbour then call('LINSERT', wait, 'BEFORE', neighbour, id) else call('RPUSH', wait, id) end
      steps = steps + waiting
    end
    placed = placed + 1
    bytes = bytes + #data
  end
end
return new`;

@Injectable()
export class FairTurns {
  private isAtIt = false;

  constructor(
    @InjectQueue(DISPATCH_QUEUE) private readonly queue: Queue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Assigns turns soon, unless that is under way already. Never throws: without turns the queue goes on in its old order. */
  ask(): void {
    if (this.isAtIt) return;
    this.isAtIt = true;
    void this.giveSoon();
  }

  /** Assigns turns to the jobs that have none yet. Returns how many are left for the next call. */
  async give(): Promise<number> {
    const keys = ['wait', 'priority', 'last-turns'].map((name) => this.queue.toKey(name));
    return Number(await this.queue.client.eval(GIVE_TURNS, keys.length, ...keys, this.queue.toKey(''), MOST_BYTES, MOST_STEPS));
  }

  private async giveSoon(): Promise<void> {
    try {
      await sleep(PAUSE_MS, undefined, { ref: false });
      await this.give();
    } catch (error) {
      this.logger.warn({ step: 'turns', err: error }, 'could not assign turns; the queue continues in its old order');
    } finally {
      this.isAtIt = false;
    }
  }
}
