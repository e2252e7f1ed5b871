import { BodyBudget } from './body-budget.js';

describe('the budget of bodies', () => {
  it('is one for all, and free again once they are answered', () => {
    const budget = new BodyBudget(100);
    const [a, b] = [budget.open('a'), budget.open('b')];
    expect([a.grow(60), a.grow(50), b.grow(41), b.grow(40), budget.used]).toEqual([true, true, false, true, 100]);
    expect([a.grow(61), budget.used]).toEqual([false, 100]);
    a.release();
    a.release();
    expect([budget.used, b.grow(100)]).toEqual([40, true]);
    b.release();
    expect(budget.used).toBe(0);
  });

  it('gives one owner no more than his share, over all his requests', () => {
    const budget = new BodyBudget(100);
    const first = budget.open('u1', 50);
    expect([first.grow(30), budget.open('u1', 50).grow(21), budget.open('u1', 50).grow(20), budget.open('u2', 50).grow(50)]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    first.release();
    expect([budget.used, budget.open('u1', 50).grow(30)]).toEqual([70, true]);
  });
});
