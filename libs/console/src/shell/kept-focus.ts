import { type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * For a button that is disabled while it is busy, by which it loses the focus: it gets it back when it is done, unless the reader
 * has gone elsewhere meanwhile.
 */
export function useKeptFocus(isBusy: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null);
  const hadFocus = useRef(false);
  // Before the browser paints, and so before it notices that what has the focus is disabled.
  useLayoutEffect(() => {
    if (isBusy) hadFocus.current = document.activeElement === button.current;
    else if (hadFocus.current && document.activeElement === document.body) button.current?.focus();
  }, [isBusy]);
  return button;
}
