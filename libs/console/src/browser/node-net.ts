/** `isIP` of Node.js, implemented with the browser's own URL parser. Returns 4, 6 or 0. */
export function isIP(value: string): 0 | 4 | 6 {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(value))
    return URL.canParse(`http://${value}`) && new URL(`http://${value}`).hostname === value ? 4 : 0;
  if (/^[0-9a-f:.]+$/i.test(value) && value.includes(':')) return URL.canParse(`http://[${value}]`) ? 6 : 0;
  return 0;
}
