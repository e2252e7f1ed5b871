// A button that shows that its action is under way. It is never disabled for that: a browser takes the focus from a disabled button.
import { Button, type ButtonProps, Loader } from '@mantine/core';
import { type MouseEvent, type Ref } from 'react';
import classes from './busy-button.module.css';

type Props = ButtonProps & {
  /** Whether the action is still under way: the button shows it and ignores further clicks. */
  busy: boolean;
  ref?: Ref<HTMLButtonElement>;
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
