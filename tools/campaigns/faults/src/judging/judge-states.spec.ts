import { illegalStates, unseenStates } from './judge-states.js';

const born = { kind: 'delivery', from: 'born', to: 'queued' } as const;

describe('judging the states that were written', () => {
  it.each([
    { kind: 'delivery', from: 'sent', to: 'sending' },
    { kind: 'delivery', from: 'born', to: 'sent' },
    { kind: 'recipient', from: 'accepted', to: 'pending' },
    { kind: 'recipient', from: 'pending', to: 'unheard_of' },
  ] as const)('finds $kind $from → $to', (state) => {
    expect(illegalStates([born, state])).toEqual([state]);
  });

  it('says which legal changes nobody wrote', () => {
    const unseen = unseenStates([born]);
    expect(unseen).not.toContainEqual(born);
    expect(unseen).toContainEqual({ kind: 'recipient', from: 'pending', to: 'accepted' });
  });
});
