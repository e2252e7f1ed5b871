import { flushSync } from 'react-dom';

/**
 * Runs `act`, for a field that loses the focus, at once or, while something is pressed, just before its click is handled. The field must not
 * move what is pressed: a browser sends no click to a button that is no longer under the pointer when it is let go. If there is no click, as
 * with the right button, and the field has the focus again, `act` is not run.
 */
export function afterPress(field: HTMLElement, act: () => void): void {
  if (document.querySelector(':active') === null) return act();
  const waiting = new AbortController();
  const end = (): void => waiting.abort();
  field.addEventListener('focus', end, { signal: waiting.signal });
  const onClick = (): void => {
    end();
    flushSync(act);
  };
  window.addEventListener('click', onClick, { capture: true, signal: waiting.signal });
}
