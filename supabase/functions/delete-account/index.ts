import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { coins } from "../_shared/input.ts";
import { deliverAll, type Delivery } from "../_shared/livekit.ts";
import type { Push } from "../_shared/push/push.ts";
import { sendInBackground } from "../_shared/push/send.ts";
import { serve } from "../_shared/serve.ts";

type Deleted = { deleted: boolean; deliveries: Delivery[]; pushes: Push[] };

serve("delete-account", {
  auth: user,
  input: z.strictObject({ confirm: z.literal(true), forfeit_coins: coins.nullish() }),
  async handle({ caller, input, config }) {
    const { deleted, deliveries, pushes } = await decide<Deleted>(config, "delete_account", {
      p_caller: caller.userId,
      p_forfeit_coins: input.forfeit_coins ?? 0,
    });
    sendInBackground(config, pushes);
    await deliverAll(config, deliveries);
    return { deleted };
  },
});
