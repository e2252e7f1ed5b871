import '@mantine/core/styles.css';
import './page.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { readConsoleConfig } from './api/console-config.js';
import { watchSession } from './session/session-store.js';
import { watchSteps } from './shell/navigation-guard.js';

declare global {
  // The library that keeps the page behind a dialog from scrolling reads it when it creates its style element.
  var __webpack_nonce__: string | undefined;
}

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
globalThis.__webpack_nonce__ = nonce;
// Before anything else runs: the token must leave the address bar.
watchSession();
watchSteps();

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root.');
createRoot(root).render(<App nonce={nonce} config={readConsoleConfig()} />);
