import { type ReactNode } from 'react';
import classes from './breadcrumbs.module.css';

/** The way to a page, from the outermost step to the page. A line that is too short breaks before a separator, never behind it. */
export const Breadcrumbs = ({ steps }: { steps: readonly ReactNode[] }) => (
  <ol className={`plain-list ${classes.steps}`}>
    {steps.map((step, index) => (
      <li key={index}>{step}</li>
    ))}
  </ol>
);
