import { readEnvironment, variables } from '@billing-mail/platform';
import { z } from 'zod';
import { issueTokens, type SampleCaller } from './tokens.js';

const environment = z.object({
  AUTH_JWT_SECRET: variables.AUTH_JWT_SECRET.unwrap(),
  AUTH_USER_TOKEN_LIFE: variables.AUTH_USER_TOKEN_LIFE,
});

// A timer is limited to 24 days; tokens do not need a longer pause than this.
const LONGEST_PAUSE_MS = 8 * 60 * 60 * 1000;

export type FreshTokens = { current: Record<SampleCaller, string> };

/**
 * Keeps tokens valid for as long as the process runs: renews them after a third of their life and calls `onRenewed`. Its timer
 * does not keep the process alive.
 */
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
