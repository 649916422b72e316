export { BroadcastScreen, broadcastParts, type BroadcastScreenProps } from './BroadcastScreen';
export { CallScreen, callParts, type CallScreenProps } from './CallScreen';
export { type ScreenTexts } from './texts';
