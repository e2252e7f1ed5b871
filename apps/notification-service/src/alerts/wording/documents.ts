export const documents = (count: number): string => `${count.toLocaleString('en')} documents`;
export const belege = (count: number): string => `${count.toLocaleString('de')} Belege`;
