// The page from the outside in: language, look, crash boundary, data, address, services.
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, Suspense, use, useEffect, useMemo, useRef, useState } from 'react';
import { type AroundNavHandler, Router } from 'wouter';
import { type Locale } from '@billing-mail/contracts';
import { type ConsoleConfig } from './api/console-config.js';
import { ClientsContext } from './api/clients-context.js';
import { createClients } from './api/clients.js';
import { ProblemError } from './api/problem.js';
import { CrashBoundary } from './shell/crash-boundary.js';
import { navigateGuarded } from './shell/navigation-guard.js';
import { useSession } from './session/session-store.js';
import { Pages } from './pages.js';
import { readableColors, themeIn } from './theme.js';
import { LanguageProvider } from './words/language-provider.js';
import { useLanguage } from './words/words-context.js';

const RETRIES = 2;

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A refusal (4xx) would only be repeated. Other failures, such as no answer, are tried again.
        retry: (failures, error) => !(error instanceof ProblemError && error.status < 500) && failures < RETRIES,
        retryDelay: (failures) => 500 * 2 ** failures,
        staleTime: 5_000,
        // Requests are sent even without a network, so that the page shows that there was no answer.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

const askBeforeLeaving: AroundNavHandler = (navigate, to, options) => navigateGuarded(() => navigate(to, options));

export function App({ nonce, config }: { nonce: string; config: Promise<ConsoleConfig> }) {
  const session = useSession();
  return (
    <LanguageProvider>
      <Look nonce={nonce}>
        <CrashBoundary>
          <OfOneUser key={session.kind === 'signed_in' ? session.claims.sub : ''}>
            <Router aroundNav={askBeforeLeaving}>
              <Suspense fallback={null}>
                <Configured config={config} />
              </Suspense>
            </Router>
          </OfOneUser>
        </CrashBoundary>
      </Look>
    </LanguageProvider>
  );
}

function Look({ nonce, children }: { nonce: string; children: ReactNode }) {
  const { words } = useLanguage();
  const theme = useMemo(() => themeIn(words), [words]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readableColors}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
      withGlobalClasses={false}
    >
      {children}
    </MantineProvider>
  );
}

/** Answers and drafts belong to one user; the next user must not see them. */
function OfOneUser({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>;
}

function Configured({ config }: { config: Promise<ConsoleConfig> }) {
  const known = use(config);
  const { locale } = useLanguage();
  const clients = useMemo(() => createClients(known, locale), [known, locale]);
  useAnswersIn(locale);
  return (
    <ClientsContext value={clients}>
      <Pages />
    </ClientsContext>
  );
}

/** Asks again for everything that was answered in another language; the old texts stay until the new answers arrive. */
function useAnswersIn(locale: Locale): void {
  const queryClient = useQueryClient();
  const asked = useRef(locale);
  useEffect(() => {
    if (asked.current !== locale) void queryClient.invalidateQueries();
    asked.current = locale;
  }, [locale, queryClient]);
}
