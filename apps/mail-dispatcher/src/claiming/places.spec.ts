import { Places } from './places.js';

describe('places at servers', () => {
  const never = new AbortController().signal;

  it('go to those who wait in their order, and to nobody else while they wait', async () => {
    const places = new Places(1);
    expect([places.take(), places.take()]).toEqual([true, false]);
    const order: string[] = [];
    const first = places.waitFor('a', never).then(() => order.push('first'));
    const second = places.waitFor('a', never).then(() => order.push('second'));
    places.giveBack();
    expect(places.take()).toBe(false);
    await first;
    places.giveBack();
    await second;
    expect(order).toEqual(['first', 'second']);
    places.giveBack();
    expect(places.take()).toBe(true);
  });

  it('are not kept for who has left', async () => {
    const places = new Places(1);
    places.take();
    const leaving = new AbortController();
    const left = places.waitFor('a', leaving.signal);
    const next = places.waitFor('a', never);
    leaving.abort();
    expect(await left).toBe(false);
    places.giveBack();
    expect(await next).toBe(true);
    expect(await places.waitFor('a', AbortSignal.abort())).toBe(false);
  });

  it('are passed on to who is the next on the same way, and to nobody past another', async () => {
    const places = new Places(1);
    places.take();
    const [first, second] = [places.waitFor('a', never), places.waitFor('b', never)];
    expect(places.passOn('b')).toBe(false);
    expect(places.passOn('a')).toBe(true);
    expect(await first).toBe(true);
    expect(places.passOn('b')).toBe(true);
    expect(await second).toBe(true);
    expect(places.passOn('b')).toBe(false);
  });
});
