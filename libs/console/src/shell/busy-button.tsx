// A button that is at work. It is never disabled by that: a browser takes the focus from whatever is.
import { Button, type ButtonProps, Loader } from '@mantine/core';
import { type MouseEvent } from 'react';
import classes from './busy-button.module.css';

type Props = ButtonProps & {
  /** Whether what it began is still under way: it says so and takes no further click. */
  busy: boolean;
  type?: 'button' | 'submit';
  onClick?: (event: MouseEvent<HTMLButtonElement>) => void;
};

export function BusyButton({ busy, onClick, children, ...props }: Props) {
  return (
    <Button
      {...props}
      aria-disabled={busy || undefined}
      onClick={(event: MouseEvent<HTMLButtonElement>) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      <span className={busy ? classes.label : undefined}>{children}</span>
      {busy ? <Loader size={18} color="currentColor" className={classes.loader} aria-hidden /> : null}
    </Button>
  );
}
