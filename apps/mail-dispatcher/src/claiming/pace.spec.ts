import { classifyReply, type Verdict } from '@billing-mail/mail-core';
import { Pace } from './pace.js';

const WAY = 'acme/custom';
const said = (stage: 'greeting' | 'mail', text: string): Verdict =>
  classifyReply({ kind: 'reply', stage, code: Number(text.slice(0, 3)), enhancedCode: null, text }, { endOfDataReleased: false });
const TOO_MUCH_MAIL = said('mail', '450 4.7.1 Error: too much mail from unknown[192.0.2.7]');
const TOO_MANY_CONNECTIONS = said('greeting', '421 4.7.0 mx.example.de Error: too many connections from unknown[192.0.2.7]');

function paceAt() {
  const clock = { now: 0 };
  return { clock, pace: new Pace({ retryDelaysMs: [300_000, 1_800_000], roomOf: () => 3, now: () => clock.now }) };
}

/**
 * Simulates a server that accepts `most` messages a minute, each in 50 ms, and a sender that hands in `count` deliveries one after the
 * other, with one sweep a second.
 */
function sendAll(count: number, most: number): { minutes: number; limits: number; limitsInSecondHalf: number } {
  const { clock, pace } = paceAt();
  let [sent, limits, inFirstHalf, window, inWindow] = [0, 0, 0, 0, 0];
  while (sent < count) {
    const places = pace.startsNow(WAY)?.starts ?? 3;
    for (let start = 0; start < places && sent < count; start += 1) {
      pace.started(WAY);
      clock.now += 50;
      if (Math.floor(clock.now / 60_000) !== window) [window, inWindow] = [Math.floor(clock.now / 60_000), 0];
      inWindow += 1;
      if (inWindow <= most) {
        pace.took(WAY);
        sent += 1;
        if (sent * 2 <= count) inFirstHalf = limits;
      } else {
        limits += 1;
        pace.limited(WAY, TOO_MUCH_MAIL);
        break;
      }
    }
    clock.now = (Math.floor(clock.now / 1000) + 1) * 1000;
  }
  return { minutes: clock.now / 60_000, limits, limitsInSecondHalf: limits - inFirstHalf };
}

describe('the pace of a way', () => {
  it('is nobody else than the sender while no limit is known', () => {
    const { pace } = paceAt();
    pace.started(WAY);
    pace.took(WAY);
    expect([pace.startsNow(WAY), pace.known()]).toEqual([null, []]);
  });

  it('is nothing while it waits, and then one goes first', () => {
    const { clock, pace } = paceAt();
    expect(pace.limited(WAY, TOO_MUCH_MAIL)).toBe(30_000);
    expect(pace.startsNow(WAY)?.starts).toBe(0);
    clock.now = 30_000;
    expect(pace.startsNow(WAY)?.starts).toBe(1);
    pace.started(WAY);
    expect(pace.startsNow(WAY)?.starts).toBe(0);
    pace.took(WAY);
    expect(pace.startsNow(WAY)?.starts).toBe(3);
  });

  it('goes on where the one that went first ended for another reason', () => {
    const { clock, pace } = paceAt();
    pace.limited(WAY, TOO_MUCH_MAIL);
    clock.now = 30_000;
    pace.started(WAY);
    clock.now = 60_000;
    expect(pace.startsNow(WAY)?.starts).toBe(1);
  });

  it('waits twice as long from limit to limit, and once for all that met the same one', () => {
    const { clock, pace } = paceAt();
    const first = pace.limited(WAY, TOO_MUCH_MAIL);
    clock.now = 100;
    expect(pace.limited(WAY, TOO_MUCH_MAIL)).toBe(first - 100);
    clock.now = first;
    expect(pace.limited(WAY, TOO_MUCH_MAIL)).toBe(60_000);
  });

  it('waits as long as the server asked', () => {
    const { pace } = paceAt();
    expect(pace.limited(WAY, { ...TOO_MUCH_MAIL, askedWaitMs: 600_000 })).toBe(600_000);
  });

  it('is one connection at a time where there were too many, not a pause between messages', () => {
    const { clock, pace } = paceAt();
    pace.limited(WAY, TOO_MANY_CONNECTIONS);
    clock.now = 30_000;
    pace.started(WAY);
    pace.took(WAY);
    expect(pace.startsNow(WAY)).toEqual({ starts: 1, room: 1 });
  });

  it.each([5, 20, 60])('of %d messages a minute is found, kept, and gets everything through', (most) => {
    const { minutes, limits, limitsInSecondHalf } = sendAll(120, most);
    const perfect = 120 / most;
    expect(minutes).toBeLessThan(perfect * 2 + 3);
    expect(limits).toBeLessThan(15);
    expect(limitsInSecondHalf).toBeLessThanOrEqual(limits / 2 + 1);
  });

  it('is forgotten once nothing limits it any more', () => {
    const { clock, pace } = paceAt();
    pace.limited(WAY, TOO_MANY_CONNECTIONS);
    for (clock.now = 30_000; pace.known().length > 0 && clock.now < 3_600_000; clock.now += 1000) {
      pace.started(WAY);
      pace.took(WAY);
    }
    expect(pace.known()).toEqual([]);
  });

  it('is forgotten when the server is another one', () => {
    const { pace } = paceAt();
    pace.limited(WAY, TOO_MUCH_MAIL);
    pace.forget(WAY);
    expect(pace.startsNow(WAY)).toBeNull();
  });
});
