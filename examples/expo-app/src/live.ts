import { createLiveClient } from '@ipelya/live';

import { supabase } from './supabase';

/** Made once, outside of components: calls and broadcasts outlive screens. */
export const live = createLiveClient({ supabase });
