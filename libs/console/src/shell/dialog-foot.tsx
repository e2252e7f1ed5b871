import { Group } from '@mantine/core';
import { type ReactNode } from 'react';
import classes from './dialog-foot.module.css';

/** The end of a dialog with what it is there for: in sight however long what stands above it is. */
export const DialogFoot = ({ trouble, children }: { trouble?: ReactNode; children: ReactNode }) => (
  <div className={classes.foot}>
    {trouble}
    <Group justify="flex-end" className={classes.buttons}>
      {children}
    </Group>
  </div>
);
