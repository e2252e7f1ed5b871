import { Group } from '@mantine/core';
import { type ReactNode } from 'react';
import classes from './dialog-foot.module.css';
import { Trouble } from './trouble.js';

/** The foot of a dialog, with its buttons and what went wrong. It stays in sight however long the content above it is. */
export const DialogFoot = ({ error = null, children }: { error?: Error | null; children: ReactNode }) => (
  <div className={classes.foot}>
    {error && <Trouble error={error} />}
    <Group justify="flex-end" className={classes.buttons}>
      {children}
    </Group>
  </div>
);
