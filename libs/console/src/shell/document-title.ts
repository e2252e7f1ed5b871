// The title of the tab: what the page is, and before it how many messages wait, so that a reader in another tab sees them.
import { useEffect } from 'react';

let page = '';
let waiting = 0;

function write(): void {
  document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${page} · Billing Mail`;
}

/** Names the page in the tab and for screen readers. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    page = title;
    write();
  }, [title]);
}

/** Shows the number of unread messages in the title, as long as somebody is signed in. */
export function useWaitingInTitle(count: number): void {
  useEffect(() => {
    waiting = count;
    if (page !== '') write();
    return () => {
      waiting = 0;
    };
  }, [count]);
}
