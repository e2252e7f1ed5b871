import { type DeliveryStatistics } from '@billing-mail/contracts';
import { Link } from 'wouter';
import { useLanguage } from '../words/words-context.js';
import classes from './deliveries-chart.module.css';
import { countTrouble } from './statistics-queries.js';

type Props = { days: DeliveryStatistics['days']; hrefOf: (date: string) => string };

/** The figures of the chart, newest day first, folded away. */
export function ChartTable({ days, hrefOf }: Props) {
  const { words, formats } = useLanguage();
  const { chart } = words.deliveries;
  const { series } = chart;
  const columns = [chart.day, series.sent, series.fellBack, series.trouble, chart.underWay, chart.cancelled];
  return (
    <details className={classes.table}>
      <summary>{chart.asTable}</summary>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={chart.asTable}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((day) => (
              <tr key={day.date}>
                <th scope="row">
                  <Link href={hrefOf(day.date)}>{formats.calendarDay(day.date)}</Link>
                </th>
                {[day.sent, day.fellBack, countTrouble(day), day.underWay, day.cancelled].map((count, column) => (
                  <td key={columns[column + 1]}>{formats.number(count)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
