import { useMemo } from 'react';

import { useAppearance } from '../components/appearance';
import type { Language } from '../components/texts';
import type { CallEndReason, CallState, EndReason, Role, SessionState } from '../generated/bridge';

/** What the screens say, beside what their parts say. */
export interface ScreenTexts {
  close: string;
  raiseHand: string;
  lowerHand: string;
  invitedAs: (role: Role) => string;
  role: Record<Role, string>;
  sessionState: Record<Exclude<SessionState['state'], 'live' | 'locked' | 'ended'>, string>;
  sessionEnded: Record<EndReason, string>;
  callState: Record<Exclude<CallState['state'], 'active' | 'ended'>, string>;
  callEnded: Record<CallEndReason, string>;
}

const english: ScreenTexts = {
  close: 'Close',
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
};

const turkish: ScreenTexts = {
  close: 'Kapat',
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
};

const texts: Record<Language, ScreenTexts> = { en: english, tr: turkish };

/** The screens' texts in the language of the appearance, with what the app words differently. */
export function useScreenTexts(own: Partial<ScreenTexts> | undefined): ScreenTexts {
  const { language } = useAppearance();
  return useMemo(() => ({ ...texts[language], ...own }), [language, own]);
}
