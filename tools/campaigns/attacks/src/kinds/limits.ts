// What may be done only so often.
import { type Attack, countStatuses, type Kind } from '../attack.js';
import { type Answer } from '../site.js';

const MANY_TESTS = 15;
const TESTS_A_MINUTE = 10;

const tests: Attack = {
  name: 'tests-of-a-server',
  tries: `${MANY_TESTS} tests of a connection, one after the other, for one team`,
  expects: `429 with Retry-After from the ${TESTS_A_MINUTE + 1}th on`,
  run: async (attempt) => {
    const answers: Answer[] = [];
    const path = '/v1/teams/tested-often/email-delivery/smtp/test';
    for (let count = 0; count < MANY_TESTS; count += 1)
      answers.push(await attempt.site.ask('settings-api', path, { as: 'service', method: 'POST', body: {} }));
    for (const [index, answer] of answers.entries()) {
      attempt.expect((answer.status === 429) === index >= TESTS_A_MINUTE, `test ${index + 1}: ${answer.status}`);
      attempt.expect(answer.status !== 429 || Number(answer.headers.get('retry-after')) > 0, 'a 429 without Retry-After');
    }
    return countStatuses(answers);
  },
};

export const limits: Kind = { name: 'limits', attacks: [tests] };
