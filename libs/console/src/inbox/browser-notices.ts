// Notices that the browser shows while the page is in the background. Browsers ask for permission only after a click of the reader. Whether
// notices are wanted is stored for this browser, because the page cannot give the permission back.
import { type NotificationView } from '@billing-mail/contracts';

const STORAGE_KEY = 'billing-mail.browser-notices';

/** `missing`: the browser has no notices, or none for unencrypted pages. `blocked`: the reader refused, which only the browser can undo. */
export type BrowserNotices = 'missing' | 'blocked' | 'off' | 'on';

export function browserNotices(): BrowserNotices {
  if (!('Notification' in globalThis)) return 'missing';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' && localStorage.getItem(STORAGE_KEY) === 'on' ? 'on' : 'off';
}

/** Switches the notices. Call this in answer to a click. Resolves with the state that results. */
export async function switchBrowserNotices(isWanted: boolean): Promise<BrowserNotices> {
  if (!isWanted) localStorage.removeItem(STORAGE_KEY);
  else if ((await Notification.requestPermission()) === 'granted') localStorage.setItem(STORAGE_KEY, 'on');
  return browserNotices();
}

/** Shows only the title, because others may look at the screen. A notice that is counted up replaces itself. */
export function showBrowserNotice({ id, title }: NotificationView, onClick: () => void): void {
  if (!document.hidden || browserNotices() !== 'on') return;
  const notice = new Notification(title, { tag: id, icon: '/favicon.svg' });
  notice.onclick = () => {
    window.focus();
    notice.close();
    onClick();
  };
}
