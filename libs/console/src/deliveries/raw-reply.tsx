import { useLanguage } from '../words/words-context.js';
import classes from './delivery-page.module.css';

/** What a server said, verbatim and folded away. It is a stranger's text and shown as nothing but text. */
export function RawReply({ reply, title }: { reply: string; title?: string }) {
  const { rawReply } = useLanguage().words.deliveries.detail;
  return (
    <details className={classes.reply}>
      <summary>{title ?? rawReply}</summary>
      <code className="code-block">{reply}</code>
    </details>
  );
}
