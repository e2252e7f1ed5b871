import { TokenVerifier } from '@billing-mail/platform';
import { decodeJwt } from 'jose';
import { keepTokensFresh } from './fresh-tokens.js';
import { issueTokens, SAMPLE_CALLERS } from './tokens.js';

const AUTH_JWT_SECRET = 'a secret of at least thirty-two characters';

describe('tokens to try things with', () => {
  afterEach(() => void jest.useRealTimers());

  it('are taken by the services, also where the operator allows users a short life', async () => {
    for (const lifeMs of [undefined, 5 * 60_000]) {
      const verifier = new TokenVerifier({ AUTH_JWT_SECRET, AUTH_USER_TOKEN_LIFE: lifeMs });
      const tokens = await issueTokens(AUTH_JWT_SECRET, lifeMs);
      const callers = await Promise.all(Object.values(tokens).map((token) => verifier.callerOf(`Bearer ${token}`)));
      expect(callers.map(({ userId }) => userId)).toEqual(Object.values(SAMPLE_CALLERS).map(({ sub }) => sub));
    }
  });

  it('are renewed before they end, however long it runs', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    let renewed: () => void = () => undefined;
    const tokens = await keepTokensFresh({ AUTH_JWT_SECRET }, () => renewed());
    for (let day = 0; day < 3; day += 1) {
      const { exp = 0 } = decodeJwt(tokens.current['acme-admin']);
      const isRenewed = new Promise<void>((resolve) => (renewed = resolve));
      jest.advanceTimersByTime(8 * 60 * 60 * 1000);
      await isRenewed;
      expect(Date.now() / 1000).toBeLessThan(exp);
      expect(decodeJwt(tokens.current['acme-admin']).exp).toBeGreaterThan(exp);
    }
  });
});
