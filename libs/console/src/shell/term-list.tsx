import { Address } from './address.js';
import classes from './term-list.module.css';

type Props = { className?: string | undefined; lines: readonly (readonly [term: string, value: string | null])[] };

/** Shows terms, each beside its value. A term whose value is `null` is left out. */
export const TermList = ({ className = '', lines }: Props) => (
  <dl className={`${classes.list} ${className}`}>
    {lines.map(([term, value]) =>
      value === null ? null : (
        <div key={term}>
          <dt>{term}</dt>
          <dd className="breakable">
            <Address>{value}</Address>
          </dd>
        </div>
      ),
    )}
  </dl>
);
