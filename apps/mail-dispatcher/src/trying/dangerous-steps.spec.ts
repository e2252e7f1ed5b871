import { DangerousSteps } from './dangerous-steps.js';

describe('who composes in a process', () => {
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };

  it('does so beside all others, without a wait', () => {
    const steps = new DangerousSteps();
    expect([steps.enter('a'), steps.enter('b')]).toEqual([null, null]);
  });

  it('is alone once the others are out, and those who come meanwhile wait, suspects in their order', async () => {
    const steps = new DangerousSteps();
    const seen: string[] = [];
    void steps.enter('a');
    const suspect = async (name: string): Promise<void> => {
      const end = await steps.beAlone();
      seen.push(`${name} begins`);
      await turns();
      seen.push(`${name} ends`);
      end();
    };
    const suspects = [suspect('x'), suspect('y')];
    const late = steps.enter('b')?.then(() => seen.push('b'));
    await turns();
    expect(seen).toEqual([]);
    steps.leave('a');
    steps.leave('a');
    await Promise.all([...suspects, late]);
    expect(seen).toEqual(['x begins', 'x ends', 'y begins', 'y ends', 'b']);
    steps.leave('b');
    expect(steps.enter('c')).toBeNull();
  });
});
