import type { CallEndReason, CallState, EndReason, Role, SessionState } from '../generated/bridge';
import type { CallRequirement } from '../host';

/** What the ready-made components say. An app overrides any of it through `<LiveAppearance texts>`. */
export interface Texts {
  accept: string;
  decline: string;
  hangUp: string;
  incomingAudioCall: string;
  incomingVideoCall: string;
  microphone: string;
  camera: string;
  flipCamera: string;
  speaker: string;
  on: string;
  off: string;
  goLive: string;
  endBroadcast: string;
  live: string;
  viewers: (count: number) => string;
  raisedHands: (count: number) => string;
  nobodyRaisedAHand: string;
  letOnStage: (name: string) => string;
  turnDown: (name: string) => string;
  isSpeaking: string;
  isMuted: string;
  chat: string;
  writeAMessage: string;
  send: string;
  coins: (count: number) => string;
  buyFor: (coins: number) => string;
  balanceIs: (coins: number) => string;
  notEnoughCoins: string;
  getCoins: string;
  forSubscribers: string;
  subscribe: string;
  ready: string;
  fix: string;
  fixFor: (title: string) => string;
  notPossible: string;
  callDuration: (minutes: number, seconds: number) => string;
  isFull: string;
  isBanned: string;
  tryAgain: string;
  close: string;
  join: string;
  raiseHand: string;
  lowerHand: string;
  invitedAs: (role: Role) => string;
  role: Record<Role, string>;
  /** What a screen says while there is no picture to show instead. */
  sessionState: Record<Exclude<SessionState['state'], 'live' | 'locked' | 'ended'>, string>;
  sessionEnded: Record<EndReason, string>;
  callState: Record<Exclude<CallState['state'], 'active' | 'ended'>, string>;
  callEnded: Record<CallEndReason, string>;
  /** What a call needs of the device, and what it is good for. */
  requirement: Record<CallRequirement, { title: string; detail: string }>;
}

const english: Texts = {
  accept: 'Accept',
  decline: 'Decline',
  hangUp: 'Hang up',
  incomingAudioCall: 'Incoming call',
  incomingVideoCall: 'Incoming video call',
  microphone: 'Microphone',
  camera: 'Camera',
  flipCamera: 'Flip camera',
  speaker: 'Speaker',
  on: 'on',
  off: 'off',
  goLive: 'Go live',
  endBroadcast: 'End',
  live: 'Live',
  viewers: (count) => (count === 1 ? '1 viewer' : `${count.toLocaleString('en')} viewers`),
  raisedHands: (count) => (count === 1 ? '1 raised hand' : `${count.toLocaleString('en')} raised hands`),
  nobodyRaisedAHand: 'Nobody has raised a hand',
  letOnStage: (name) => `Let ${name} on stage`,
  turnDown: (name) => `Turn ${name} down`,
  isSpeaking: 'speaking',
  isMuted: 'muted',
  chat: 'Chat',
  writeAMessage: 'Write a message',
  send: 'Send',
  coins: (count) => (count === 1 ? '1 coin' : `${count.toLocaleString('en')} coins`),
  buyFor: (coins) => `Watch for ${english.coins(coins)}`,
  balanceIs: (coins) => `You have ${english.coins(coins)}`,
  notEnoughCoins: 'You have too few coins',
  getCoins: 'Get coins',
  forSubscribers: 'For subscribers only',
  subscribe: 'Subscribe',
  ready: 'Ready',
  fix: 'Fix',
  fixFor: (title) => `Fix: ${title}`,
  notPossible: 'Not possible on this device',
  callDuration: (minutes, seconds) => `${minutes} min ${seconds} s`,
  isFull: 'Every place is taken',
  isBanned: 'This broadcast is not available to you',
  tryAgain: 'Try again',
  close: 'Close',
  join: 'Join',
  raiseHand: 'Raise hand',
  lowerHand: 'Lower hand',
  invitedAs: (role) => `Come onto the stage as ${english.role[role]}`,
  role: { host: 'host', co_host: 'co-host', speaker: 'speaker', viewer: 'viewer', listener: 'listener' },
  sessionState: {
    idle: 'Not joined',
    authorizing: 'Joining',
    connecting: 'Connecting',
    backstage: 'Starts soon',
    reconnecting: 'Reconnecting',
    failed: 'Something went wrong',
  },
  sessionEnded: {
    left: 'You left',
    host_ended: 'The broadcast is over',
    host_away: 'The connection to the host was lost',
    never_started: 'The broadcast did not take place',
    time_limit: 'The longest time is over',
    room_failed: 'The broadcast ended because of a technical problem',
    removed: 'You were removed',
    joined_elsewhere: 'Continued on another device',
    other: 'The broadcast is over',
  },
  callState: {
    idle: ' ',
    dialing: 'Calling',
    ringing: 'Ringing',
    connecting: 'Connecting',
    held: 'On hold',
    reconnecting: 'Reconnecting',
  },
  callEnded: {
    hung_up: 'Call ended',
    declined: 'Declined',
    busy: 'Busy',
    unanswered: 'No answer',
    cancelled: 'Call ended',
    answered_elsewhere: 'Answered on another device',
    glare_merged: 'Call ended',
    time_limit: 'The longest time is over',
    failed: 'The call failed',
    other: 'Call ended',
  },
  requirement: {
    notifications: { title: 'Notifications', detail: 'Calls ring as notifications.' },
    full_screen: { title: 'Full-screen calls', detail: 'A call covers the lock screen.' },
    microphone: { title: 'Microphone', detail: 'So that others hear you.' },
    camera: { title: 'Camera', detail: 'So that others see you.' },
    battery: { title: 'Battery', detail: 'Saving battery must not keep calls from ringing.' },
    push_token: { title: 'Push', detail: 'This device is not registered for calls yet.' },
    push_owner: { title: 'Push messages', detail: 'Another part of the app takes the messages of calls.' },
    telecom: { title: 'Phone', detail: 'The system does not take calls of this app.' },
    call_kit: { title: 'Phone', detail: 'The system does not take calls of this app.' },
  },
};

const turkish: Texts = {
  accept: 'Kabul et',
  decline: 'Reddet',
  hangUp: 'Aramayı bitir',
  incomingAudioCall: 'Gelen arama',
  incomingVideoCall: 'Gelen görüntülü arama',
  microphone: 'Mikrofon',
  camera: 'Kamera',
  flipCamera: 'Kamerayı çevir',
  speaker: 'Hoparlör',
  on: 'açık',
  off: 'kapalı',
  goLive: 'Yayına başla',
  endBroadcast: 'Bitir',
  live: 'Canlı',
  viewers: (count) => `${count.toLocaleString('tr')} izleyici`,
  raisedHands: (count) => `${count.toLocaleString('tr')} söz isteyen`,
  nobodyRaisedAHand: 'Söz isteyen yok',
  letOnStage: (name) => `Sahneye al: ${name}`,
  turnDown: (name) => `Geri çevir: ${name}`,
  isSpeaking: 'konuşuyor',
  isMuted: 'sessizde',
  chat: 'Sohbet',
  writeAMessage: 'Mesaj yaz',
  send: 'Gönder',
  coins: (count) => `${count.toLocaleString('tr')} jeton`,
  buyFor: (coins) => `${turkish.coins(coins)} ile izle`,
  balanceIs: (coins) => `Bakiyen: ${turkish.coins(coins)}`,
  notEnoughCoins: 'Jetonun yetmiyor',
  getCoins: 'Jeton al',
  forSubscribers: 'Yalnızca abonelere',
  subscribe: 'Abone ol',
  ready: 'Hazır',
  fix: 'Düzelt',
  fixFor: (title) => `Düzelt: ${title}`,
  notPossible: 'Bu cihazda mümkün değil',
  callDuration: (minutes, seconds) => `${minutes} dk ${seconds} sn`,
  isFull: 'Bütün yerler dolu',
  isBanned: 'Bu yayını izleyemezsin',
  tryAgain: 'Yeniden dene',
  close: 'Kapat',
  join: 'Katıl',
  raiseHand: 'Söz iste',
  lowerHand: 'Söz istemekten vazgeç',
  invitedAs: (role) => `Sahneye davetlisin: ${turkish.role[role]}`,
  role: { host: 'yayıncı', co_host: 'ortak yayıncı', speaker: 'konuşmacı', viewer: 'izleyici', listener: 'dinleyici' },
  sessionState: {
    idle: 'Katılmadın',
    authorizing: 'Katılıyor',
    connecting: 'Bağlanıyor',
    backstage: 'Birazdan başlıyor',
    reconnecting: 'Yeniden bağlanıyor',
    failed: 'Bir şeyler ters gitti',
  },
  sessionEnded: {
    left: 'Ayrıldın',
    host_ended: 'Yayın bitti',
    host_away: 'Yayıncıyla bağlantı koptu',
    never_started: 'Yayın yapılmadı',
    time_limit: 'En uzun süre doldu',
    room_failed: 'Yayın teknik bir sorun yüzünden bitti',
    removed: 'Yayından çıkarıldın',
    joined_elsewhere: 'Başka bir cihazda sürüyor',
    other: 'Yayın bitti',
  },
  callState: {
    idle: ' ',
    dialing: 'Aranıyor',
    ringing: 'Çalıyor',
    connecting: 'Bağlanıyor',
    held: 'Beklemede',
    reconnecting: 'Yeniden bağlanıyor',
  },
  callEnded: {
    hung_up: 'Arama bitti',
    declined: 'Reddedildi',
    busy: 'Meşgul',
    unanswered: 'Yanıt yok',
    cancelled: 'Arama bitti',
    answered_elsewhere: 'Başka bir cihazda yanıtlandı',
    glare_merged: 'Arama bitti',
    time_limit: 'En uzun süre doldu',
    failed: 'Arama kurulamadı',
    other: 'Arama bitti',
  },
  requirement: {
    notifications: { title: 'Bildirimler', detail: 'Aramalar bildirim olarak çalar.' },
    full_screen: { title: 'Tam ekran aramalar', detail: 'Arama kilit ekranını kaplar.' },
    microphone: { title: 'Mikrofon', detail: 'Başkaları seni duysun diye.' },
    camera: { title: 'Kamera', detail: 'Başkaları seni görsün diye.' },
    battery: { title: 'Pil', detail: 'Pil tasarrufu aramaların çalmasını engellememeli.' },
    push_token: { title: 'Anlık bildirim', detail: 'Bu cihaz aramalar için henüz kayıtlı değil.' },
    push_owner: { title: 'Anlık iletiler', detail: 'Aramaların iletilerini uygulamanın başka bir parçası alıyor.' },
    telecom: { title: 'Telefon', detail: 'Sistem bu uygulamanın aramalarını kabul etmiyor.' },
    call_kit: { title: 'Telefon', detail: 'Sistem bu uygulamanın aramalarını kabul etmiyor.' },
  },
};

/** The texts by language. */
export const texts = { en: english, tr: turkish } as const;

/** A language the components speak. */
export type Language = keyof typeof texts;

/** The device's language where the components speak it, else English. */
export function deviceLanguage(locale = Intl.DateTimeFormat().resolvedOptions().locale): Language {
  return locale.split('-')[0] === 'tr' ? 'tr' : 'en';
}
