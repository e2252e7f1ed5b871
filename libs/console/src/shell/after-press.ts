import { flushSync } from 'react-dom';

/**
 * Runs `act` at once or, while something is pressed, just before its click is handled. A field that loses the focus must not move what is
 * pressed: a browser sends no click to a button that is no longer under the pointer when it is let go.
 */
export function afterPress(act: () => void): void {
  if (document.querySelector(':active') === null) act();
  else window.addEventListener('click', () => flushSync(act), { capture: true, once: true });
}
