import type { Session } from '@supabase/supabase-js';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';

import { supabase } from './supabase';

const Account = createContext<{ session: Session | null; isKnown: boolean }>({ session: null, isKnown: false });

/** Follows who is signed in. */
export function AccountProvider({ children }: { children: ReactNode }) {
  const [account, setAccount] = useState<{ session: Session | null; isKnown: boolean }>({
    session: null,
    isKnown: false,
  });
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_event, session) => setAccount({ session, isKnown: true }));
    return () => data.subscription.unsubscribe();
  }, []);
  return <Account.Provider value={account}>{children}</Account.Provider>;
}

/** Who is signed in; `isKnown` is false until the stored session was read. */
export function useAccount() {
  return useContext(Account);
}

/** The signed-in user's id; empty while nobody is. */
export function useMe(): string {
  return useContext(Account).session?.user.id ?? '';
}
