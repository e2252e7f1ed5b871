import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@billing-mail/tools/workspace';
import { illegalStates, unexplainedStates } from './judge-states.js';
import { PRODUCED_ELSEWHERE } from './produced-elsewhere.js';

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

  it('says which legal changes nobody wrote, unless it is known what does', () => {
    const unexplained = unexplainedStates([born]);
    expect(unexplained).not.toContainEqual(born);
    expect(unexplained).toContainEqual({ kind: 'recipient', from: 'pending', to: 'accepted' });
    expect(unexplained).not.toContainEqual({ kind: 'delivery', from: 'sent', to: 'failed' });
    expect(unexplainedStates([born, ...unexplained])).toEqual([]);
  });

  it.each(Object.entries(PRODUCED_ELSEWHERE))('knows what writes %s, which the tables allow', (change, { by }) => {
    const [, kind, from, to] = /^(delivery|recipient) (\w+) → (\w+)$/.exec(change) ?? [];
    expect(illegalStates([{ kind: kind as 'delivery', from: from ?? '', to: to ?? '' }])).toEqual([]);
    expect(existsSync(join(workspaceRoot, by))).toBe(true);
  });
});
