import { Group } from '@mantine/core';
import { type ReactNode } from 'react';
import classes from './dialog-foot.module.css';

/** The foot of a dialog, with its buttons. It stays in sight however long the content above it is. */
export const DialogFoot = ({ trouble, children }: { trouble?: ReactNode; children: ReactNode }) => (
  <div className={classes.foot}>
    {trouble}
    <Group justify="flex-end" className={classes.buttons}>
      {children}
    </Group>
  </div>
);
