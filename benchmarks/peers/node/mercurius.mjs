// Mercurius with graphql-jit: resolvers as its manual writes them, relations by its loaders.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import DataLoader from "dataloader";
import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";

const DATE = 1082;
const TIMESTAMPTZ = 1184;
const BIGINT = 20;
pg.types.setTypeParser(DATE, (text) => text);
pg.types.setTypeParser(TIMESTAMPTZ, (text) => text.replace(" ", "T") + ":00");
pg.types.setTypeParser(BIGINT, Number);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows;

const schema = readFileSync(new URL("./mercurius.graphql", import.meta.url), "utf8");
const ENTRY = `e.tenant_id, e.date, e.source, e.account_id AS "accountId", e.level,
  e.entity_id AS "entityId", e.entity_name AS "entityName", e.channel, e.currency, e.spend,
  e.impressions, e.clicks, e.link_clicks AS "linkClicks", e.conversions,
  e.conversion_value AS "conversionValue", e.learned_at AS "learnedAt"`;
const ROW = `date, channel, source, account_id AS "accountId", currency, entries, days, spend,
  impressions, clicks, link_clicks AS "linkClicks", conversions,
  conversion_value AS "conversionValue", learned_at AS "learnedAt"`;

const resolvers = {
  Query: {
    marketingEntries: async (_, { tenant, first }) => ({
      nodes: await rows(
        "entries",
        `SELECT ${ENTRY} FROM peers.entry e WHERE tenant_id = $1
         ORDER BY date DESC, digest DESC LIMIT $2`,
        [tenant, first],
      ),
    }),
    attributionRows: async (_, { tenant, first }) => ({
      nodes: await rows(
        "rows",
        `SELECT ${ROW} FROM peers.attribution_row WHERE tenant_id = $1
         ORDER BY date, channel, source, account_id, campaign, currency LIMIT $2`,
        [tenant, first],
      ),
    }),
    attributionMonths: async (_, { tenant }) => ({
      nodes: await rows(
        "months",
        `SELECT date, channel, currency, entries, spend, impressions, clicks, conversions,
           conversion_value AS "conversionValue"
         FROM peers.attribution_month WHERE tenant_id = $1 ORDER BY date, channel, currency`,
        [tenant],
      ),
    }),
    campaigns: async (_, { tenant, first }) => ({
      nodes: await rows(
        "campaigns",
        `SELECT tenant_id, digest, campaign_id AS "campaignId", name FROM peers.campaign
         WHERE tenant_id = $1 ORDER BY digest LIMIT $2`,
        [tenant, first],
      ),
    }),
    entriesByKeys: async (_, { tenant, dates, digests }) =>
      rows("keys", `SELECT ${ENTRY} FROM peers.entries_by_keys($1, $2, $3) e`, [
        tenant,
        dates,
        digests,
      ]),
  },
  MarketingEntry: { calendar: (entry, _, context) => context.days.load(entry) },
};

// Mercurius's own loaders write every parent as JSON to tell it apart: for a thousand entries of
// ten days that is most of the answer's cost.
const days = () =>
  new DataLoader(
    async (entries) => {
      const found = await rows(
        "days",
        `SELECT date, iso_week AS "isoWeek", month, quarter, fiscal_year AS "fiscalYear",
           day_of_week AS "dayOfWeek", is_weekend AS "isWeekend", is_holiday AS "isHoliday"
         FROM peers.calendar_day WHERE tenant_id = $1 AND date = ANY($2)`,
        [entries[0].tenant_id, entries.map(({ date }) => date)],
      );
      const byDate = new Map(found.map((day) => [day.date, day]));
      return entries.map(({ date }) => byDate.get(date));
    },
    { cacheKeyFn: ({ date }) => date },
  );

const loaders = {
  Campaign: {
    entries: async (queries) => {
      const found = await rows(
        "last",
        `SELECT c.digest AS campaign, e.* FROM unnest($2::uuid[]) c (digest), LATERAL (
           SELECT ${ENTRY} FROM peers.entry e WHERE e.tenant_id = $1 AND e.campaign = c.digest
           ORDER BY e.date DESC, e.digest DESC LIMIT $3) e`,
        [queries[0].obj.tenant_id, queries.map(({ obj }) => obj.digest), queries[0].params.first],
      );
      const byCampaign = Map.groupBy(found, ({ campaign }) => campaign);
      return queries.map(({ obj }) => ({ nodes: byCampaign.get(obj.digest) ?? [] }));
    },
  },
};

const persisted = JSON.parse(readFileSync(process.env.DOCUMENTS, "utf8"));
const byId = new Map(
  persisted.map((text) => [`sha256:${createHash("sha256").update(text).digest("hex")}`, text]),
);
const app = Fastify({ logger: false, bodyLimit: 1_000_000 });
app.register(mercurius, {
  schema,
  resolvers,
  loaders,
  context: () => ({ days: days() }),
  jit: 1,
  graphiql: false,
  persistedQueryProvider: {
    isPersistedQuery: (request) => request.documentId !== undefined,
    getHash: (request) => request.documentId,
    getQueryFromHash: async (hash) => byId.get(hash),
  },
});
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
