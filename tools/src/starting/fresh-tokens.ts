import { readEnvironment, variables } from '@billing-mail/platform';
import { z } from 'zod';
import { issueTokens, type SampleCaller } from './tokens.js';

const environment = z.object({
  AUTH_JWT_SECRET: variables.AUTH_JWT_SECRET.unwrap(),
  AUTH_USER_TOKEN_LIFE: variables.AUTH_USER_TOKEN_LIFE,
});

// A timer takes no more than 24 days, and tokens need no more than this.
const LONGEST_PAUSE_MS = 8 * 60 * 60 * 1000;

export type FreshTokens = { current: Record<SampleCaller, string> };

/** Tokens that stay good however long it runs: new ones come after a third of their life, and `onRenewed` is told. Keeps no process from ending. */
export async function keepTokensFresh(source: NodeJS.ProcessEnv, onRenewed: () => void): Promise<FreshTokens> {
  const { AUTH_JWT_SECRET: secret, AUTH_USER_TOKEN_LIFE: lifeMs } = readEnvironment(environment, source);
  const tokens: FreshTokens = { current: await issueTokens(secret, lifeMs) };
  const renew = async (): Promise<void> => {
    tokens.current = await issueTokens(secret, lifeMs);
    onRenewed();
  };
  setInterval(() => void renew(), Math.min(lifeMs / 3, LONGEST_PAUSE_MS)).unref();
  return tokens;
}
