import { z } from "zod";
import { serviceRole } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { deliverAll, type Delivery } from "../_shared/livekit.ts";
import type { Push } from "../_shared/push/push.ts";
import { sendInBackground } from "../_shared/push/send.ts";
import { background } from "../_shared/background.ts";
import { askAboutStuck, deleteExpired, type Expired, type Stuck } from "../_shared/recording.ts";
import { type Claimed, reconcile } from "../_shared/reconcile.ts";
import { serve } from "../_shared/serve.ts";

type Swept = {
  calls_ended: number;
  sessions_ended: number;
  deliveries: Delivery[];
  pushes: Push[];
  rooms: Claimed[];
  expired_recordings: Expired[];
  stuck_recordings: Stuck[];
};

serve("sweep", {
  auth: serviceRole,
  input: z.strictObject({}),
  async handle({ config }) {
    const { deliveries, pushes, rooms, expired_recordings, stuck_recordings, ...ended } = await decide<Swept>(
      config,
      "sweep",
      {},
    );
    sendInBackground(config, pushes);
    if (expired_recordings.length > 0) background("recordings", deleteExpired(config, expired_recordings));
    if (stuck_recordings.length > 0) background("recordings", askAboutStuck(config, stuck_recordings));
    const delivered = await deliverAll(config, deliveries);
    return { ...ended, ...delivered, ...await reconcile(config, rooms) };
  },
});
