import { type DeliveryStatistics, type LogStatus } from '@billing-mail/contracts';
import { Link } from 'wouter';
import { useLanguage } from '../words/words-context.js';
import classes from './deliveries-chart.module.css';
import { countTrouble } from './statistics-queries.js';

type Props = { days: DeliveryStatistics['days']; hrefOf: (date: string, status?: LogStatus) => string };

/** The figures of the chart, newest day first, folded away. */
export function ChartTable({ days, hrefOf }: Props) {
  const { words, formats } = useLanguage();
  const { chart } = words.deliveries;
  const { series } = chart;
  const columns = [chart.day, series.sent, series.fellBack, series.trouble, chart.underWay, chart.cancelled];
  return (
    <details className={classes.table} data-empty={days.length === 0 || undefined}>
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
                {figuresOf(day).map(({ count, status }, column) => (
                  <td key={columns[column + 1]}>
                    {count === 0 || status === null ? (
                      formats.number(count)
                    ) : (
                      <Link href={hrefOf(day.date, status)}>{formats.number(count)}</Link>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/**
 * Returns each figure with the filter of the log that finds the same documents. `null`: there is no filter for documents that were sent
 * without the fallback.
 */
function figuresOf(day: Props['days'][number]): { count: number; status: LogStatus | null }[] {
  return [
    { count: day.sent, status: day.fellBack === 0 ? 'sent' : null },
    { count: day.fellBack, status: 'fell_back' },
    { count: countTrouble(day), status: 'in_trouble' },
    { count: day.underWay, status: 'under_way' },
    { count: day.cancelled, status: 'cancelled' },
  ];
}
