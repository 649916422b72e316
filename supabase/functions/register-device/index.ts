import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { line } from "../_shared/input.ts";
import { invalid } from "../_shared/refusal.ts";
import { serve } from "../_shared/serve.ts";

// APNs and FCM make them of ASCII; more than this has no place in the index that keeps them apart.
const pushToken = line(2048).refine((text) => /^[ -~]*$/.test(text), "must be ASCII");

serve("register-device", {
  auth: user,
  input: z.strictObject({
    device_id: line(128),
    platform: z.enum(["ios", "android"]),
    kind: z.enum(["apns_voip", "apns", "fcm"]),
    token: pushToken.nullish(),
    unregister: z.boolean().nullish(),
  }),
  async handle({ caller, input, key, config }) {
    if (!input.unregister && !input.token) throw invalid("token", "A device is registered with its push token.");
    return await decide<{ device: unknown }>(config, "register_device", {
      p_caller: caller.userId,
      p_device_id: input.device_id,
      p_platform: input.platform,
      p_kind: input.kind,
      p_token: input.token,
      p_unregister: input.unregister ?? false,
      p_key: key,
    });
  },
});
