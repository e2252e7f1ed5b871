export const documents = (count: number): string => `${count.toLocaleString('en')} documents`;
