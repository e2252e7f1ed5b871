import { LOCALES } from '@billing-mail/contracts';
import { type SmtpFact } from '@billing-mail/mail-core';
import { type ProbedStep } from './smtp-probe.js';
import { isUnreachedName, unreachedNameSteps } from './unreached-name.js';

const fact = (reason: 'host_unknown' | 'host_forbidden' | 'port_forbidden' | 'dns_unavailable'): SmtpFact => ({
  kind: 'address',
  stage: 'dns',
  reason,
  text: reason,
});
const unknown: ProbedStep[] = [
  { step: 'policy', ok: true, ms: 0, detail: 'x.example:587' },
  { step: 'dns', ok: false, ms: 40, detail: 'unknown', fact: fact('host_unknown') },
];
const inside: ProbedStep[] = [{ step: 'policy', ok: false, ms: 3, detail: 'forbidden', fact: fact('host_forbidden') }];

describe('a name that leads to no public address', () => {
  it('is told of in the same words whether it leads nowhere or inside', () => {
    expect([unknown, inside].map((steps) => isUnreachedName('x.example', steps))).toEqual([true, true]);
    for (const locale of LOCALES) {
      expect(unreachedNameSteps(locale)).toEqual([
        { step: 'dns', ok: false, ms: 2000, detail: expect.any(String), hint: expect.any(String) },
      ]);
    }
  });

  it.each([
    ['an address that somebody wrote', '10.0.0.1', inside],
    ['a port', 'x.example', [{ ...inside[0], fact: fact('port_forbidden') } as ProbedStep]],
    ['DNS being away', 'x.example', [{ ...inside[0], fact: fact('dns_unavailable') } as ProbedStep]],
    ['a server that answers', 'x.example', unknown.slice(0, 1)],
  ])('is something else than %s', (_name, host, steps) => {
    expect(isUnreachedName(host, steps)).toBe(false);
  });
});
