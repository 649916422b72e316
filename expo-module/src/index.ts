export * from './components';
export { LiveError, type LiveErrorOptions } from './errors';
export type * from './host';
export type * from './types';
