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
