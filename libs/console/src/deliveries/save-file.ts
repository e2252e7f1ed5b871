/** Hands a table over to the browser to be saved. */
export const saveFile = (name: string, text: string): void => saveBytes(name, new Blob([text], { type: 'text/csv;charset=utf-8' }));

/** Hands bytes over to the browser to be saved. */
export function saveBytes(name: string, bytes: Blob): void {
  const url = URL.createObjectURL(bytes);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
