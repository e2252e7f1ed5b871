import { setImmediate } from 'node:timers/promises';
import { Turns } from './turns.js';

describe('turns', () => {
  it('go from owner to owner, one at a time, in the order in which each has asked', async () => {
    const turns = new Turns();
    const order: string[] = [];
    let atIt = 0;
    const take = (teamId: string, name: string): Promise<void> =>
      turns.take(teamId, async () => {
        expect(++atIt).toBe(1);
        await setImmediate();
        order.push(name);
        atIt -= 1;
      });
    await Promise.all([
      ...Array.from({ length: 4 }, (_, index) => take('mass', `mass ${index}`)),
      ...[take('acme', 'acme 0'), take('acme', 'acme 1'), take('globex', 'globex 0')],
    ]);
    expect(order).toEqual(['mass 0', 'acme 0', 'globex 0', 'mass 1', 'acme 1', 'mass 2', 'mass 3']);
  });

  it('go on after one that failed', async () => {
    const turns = new Turns();
    const failed = turns.take('acme', () => Promise.reject(new Error('broken')));
    const next = turns.take('acme', () => 'done');
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('done');
    expect(await turns.take('acme', () => 'again')).toBe('again');
  });

  it('leave the event loop its turn in between, however short they are', async () => {
    const turns = new Turns();
    let looks = 0;
    let isOver = false;
    const look = (): void => void (isOver || ((looks += 1), globalThis.setImmediate(look)));
    look();
    await Promise.all(Array.from({ length: 50 }, () => turns.take('acme', () => undefined)));
    isOver = true;
    expect(looks).toBeGreaterThanOrEqual(50);
  });
});
