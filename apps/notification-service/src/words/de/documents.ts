export const belege = (count: number): string => `${count.toLocaleString('de')} Belege`;
