import { useLanguage } from '../words/words-context.js';
import classes from './delivery-page.module.css';

/** Shows what a server said, verbatim and folded away. The text is untrusted and is shown as plain text only. */
export function RawReply({ reply, title }: { reply: string; title?: string }) {
  const { rawReply } = useLanguage().words.deliveries.detail;
  return (
    <details className={classes.reply}>
      <summary>{title ?? rawReply}</summary>
      <code className="code-block">{reply}</code>
    </details>
  );
}
