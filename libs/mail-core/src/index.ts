export * from './replies/smtp-fact.js';
