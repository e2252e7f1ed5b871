/** Hands a table to the browser as a file to save. */
export const saveFile = (name: string, text: string): void => saveBytes(name, new Blob([text], { type: 'text/csv;charset=utf-8' }));

/** Hands bytes to the browser as a file to save. */
export function saveBytes(name: string, bytes: Blob): void {
  const url = URL.createObjectURL(bytes);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Long enough for the viewer to read the PDF, and for the reader to save it from there. */
const OPEN_MS = 10 * 60_000;

/**
 * Shows a PDF in `tab`, which was opened empty on the click, because a tab that opens later counts as a pop-up. Without a tab the PDF is
 * saved instead. Whatever the bytes are, they are shown as a PDF and never as a page of ours.
 */
export function showPdf(tab: Window | null, name: string, bytes: Blob): void {
  if (tab === null) return saveBytes(name, bytes);
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }));
  tab.opener = null;
  tab.location.replace(url);
  setTimeout(() => URL.revokeObjectURL(url), OPEN_MS);
}
