import { classifyReply } from '../classify-reply.js';
import { findReplyRule, MEANING_BY_STAGE } from '../reply-rules.js';
import { PROVIDER_RULES } from './provider-rules.js';

const SAYINGS = PROVIDER_RULES.flatMap(({ provider, rules }) =>
  rules.flatMap((rule) => rule.says.map(({ at, reply }) => [provider, at, reply, rule] as const)),
);

describe('a rule about the words of a provider', () => {
  it.each(SAYINGS)('%s at %s: %j is decided by it', (_provider, stage, reply, rule) => {
    const code = Number(reply.slice(0, 3));
    const verdict = classifyReply(
      { kind: 'reply', stage, code, enhancedCode: null, text: reply },
      { endOfDataReleased: stage === 'final' },
    );
    expect(findReplyRule(stage, code, verdict.enhancedCode, reply)).toBe(rule);
    expect(verdict).toMatchObject({
      reason: rule.reason,
      scope: rule.scope ?? MEANING_BY_STAGE[stage].scope,
      lasting: code < 500 || rule.passes === true ? 'transient' : 'permanent',
    });
  });

  it('names where it is from, and at least one reply', () => {
    for (const { rules } of PROVIDER_RULES) {
      for (const { source, says } of rules) expect([source.length > 10, says.length > 0]).toEqual([true, true]);
    }
  });
});
