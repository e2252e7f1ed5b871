export const documents = (count: number): string => `${count} documents`;
export const belege = (count: number): string => `${count} Belege`;
