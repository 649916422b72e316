import { z } from "zod";
import { metricsReader } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { type Metric, prometheusText } from "../_shared/prometheus.ts";
import { serve, Text } from "../_shared/serve.ts";

serve("metrics", {
  auth: metricsReader,
  isReadByGet: true,
  input: z.strictObject({}),
  async handle({ config }) {
    const metrics = await decide<Metric[]>(config, "metrics", {});
    return new Text(prometheusText(metrics), "text/plain; version=0.0.4; charset=utf-8");
  },
});
