import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id } from "../_shared/input.ts";
import { admit, type Ticket } from "../_shared/livekit.ts";
import type { Push } from "../_shared/push/push.ts";
import { sendInBackground } from "../_shared/push/send.ts";
import { serve } from "../_shared/serve.ts";

type Initiated = { call: { id: string }; created: boolean; ticket: Ticket; pushes?: Push[] };

serve("initiate-call", {
  auth: user,
  input: z.strictObject({ callee_id: id, call_type: z.enum(["audio_call", "video_call"]) }),
  async handle({ caller, input, key, config }) {
    const { call, created, ticket, pushes } = await decide<Initiated>(config, "initiate_call", {
      p_caller: caller.userId,
      p_callee_id: input.callee_id,
      p_call_type: input.call_type,
      p_key: key,
    });
    try {
      const livekit = await admit(config, ticket);
      sendInBackground(config, pushes);
      return { call, livekit };
    } catch (error) {
      // No ring without a room to talk in. If this is lost too, the ring runs out.
      if (created) await decide(config, "discard_call", { p_call_id: call.id });
      throw error;
    }
  },
});
