import { Text } from '@mantine/core';
import { type ReactNode } from 'react';
import { Address } from '../shell/address.js';
import classes from './delivery-page.module.css';
import { type Tone } from './status-mark.js';

/** One event in the course of a delivery; `at` is already formatted. */
export function Line({
  icon,
  tone,
  title,
  at,
  children,
}: {
  icon: ReactNode;
  tone: Tone;
  title: string;
  at?: string | undefined;
  children?: ReactNode;
}) {
  return (
    <li className={classes.step}>
      <span className={`tone-${tone}`}>{icon}</span>
      <div>
        <Text size="sm" fw={550} className="breakable">
          <Address>{title}</Address>
        </Text>
        {at === undefined ? null : (
          <Text size="sm" c="dimmed">
            {at}
          </Text>
        )}
        {children}
      </div>
    </li>
  );
}
