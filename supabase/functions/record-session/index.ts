import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id } from "../_shared/input.ts";
import { requireStorage, type Start, startEgress, stopEgress } from "../_shared/recording.ts";
import { serve } from "../_shared/serve.ts";

type Decided = Start & { recording: { id: string }; created: boolean; egress_id: string | null };

serve("record-session", {
  auth: user,
  input: z.strictObject({ session_id: id, action: z.enum(["start", "stop"]) }),
  async handle({ caller, input, key, config }) {
    const store = requireStorage(config);
    const decided = await decide<Decided>(config, "record_session", {
      p_caller: caller.userId,
      p_session_id: input.session_id,
      p_action: input.action,
      p_key: key,
    });
    if (input.action === "stop") {
      if (decided.egress_id) await stopEgress(config, decided.egress_id);
      return { recording: decided.recording };
    }
    if (!decided.created) return { recording: decided.recording };
    try {
      const egressId = await startEgress(config, store, decided);
      const args = { p_id: decided.recording.id, p_egress_id: egressId };
      return { recording: await decide(config, "recording_started", args) };
    } catch (error) {
      // No recording that nobody records. If this is lost too, the sweeper says so.
      await decide(config, "recording_failed", { p_id: decided.recording.id, p_error: (error as Error).message });
      throw error;
    }
  },
});
