export { createWebHostFactory, type WebHostOptions } from './host';
export type { RealtimeChannelLike, RealtimeSource } from './realtime';
