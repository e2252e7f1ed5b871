import { useEffect, useRef } from 'react';

/** Returns a ref to something that gets the focus if `isAskedFor`, as by a link, and so is in sight. */
export function useFocusIf<Control extends HTMLElement>(isAskedFor: boolean) {
  const control = useRef<Control>(null);
  useEffect(() => {
    if (isAskedFor) control.current?.focus();
  }, [isAskedFor]);
  return control;
}
