import { z } from "zod";
import { serviceRole } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { deliverAll, type Delivery } from "../_shared/livekit.ts";
import type { Push } from "../_shared/push/push.ts";
import { sendInBackground } from "../_shared/push/send.ts";
import { type Claimed, reconcile } from "../_shared/reconcile.ts";
import { serve } from "../_shared/serve.ts";

type Swept = { calls_ended: number; sessions_ended: number; deliveries: Delivery[]; pushes: Push[]; rooms: Claimed[] };

serve("sweep", {
  auth: serviceRole,
  input: z.strictObject({}),
  async handle({ config }) {
    const { deliveries, pushes, rooms, ...ended } = await decide<Swept>(config, "sweep", {});
    sendInBackground(config, pushes);
    const delivered = await deliverAll(config, deliveries);
    return { ...ended, ...delivered, ...await reconcile(config, rooms) };
  },
});
