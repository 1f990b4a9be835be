-- How documents are found: by words, by places in the marketing space, by walks in a graph.

-- Searches read it of many rows: it stays beside the key, and the texts are put out of line first.
ALTER TABLE document ALTER COLUMN lexemes SET STORAGE MAIN;
CREATE INDEX document_by_subject ON document (tenant_id, subject_id) WHERE superseded_at IS NULL;

-- One row per lexeme of a tenant's documents, and in how many of those looked at it is; the tenant
-- itself is one, which counts them all. No more than ten thousand documents are looked at.
CREATE TABLE search_word (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    lexeme text NOT NULL,
    documents int NOT NULL,
    PRIMARY KEY (tenant_id, lexeme)
);

-- One row per document. The arrays are in the order of core.records.search.Concept; a percentile is
-- null where `unknown` says why.
CREATE TABLE concept_score (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    document_id uuid NOT NULL,
    percentiles real[] NOT NULL,
    unknown text[] NOT NULL,
    peers int[] NOT NULL,
    PRIMARY KEY (tenant_id, document_id)
);

-- One row per thing that a question may name. `node` is KIND:id; of what has documents, the kind
-- and the subject_id of those. `words` counts its lexemes.
CREATE TABLE graph_node (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    node text NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    names text NOT NULL,
    words int NOT NULL GENERATED ALWAYS AS (length(to_tsvector('english', names))) STORED,
    PRIMARY KEY (tenant_id, node)
);

CREATE TABLE graph_word (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    lexeme text NOT NULL,
    node text NOT NULL,
    PRIMARY KEY (tenant_id, lexeme, node)
);

-- One row per edge and direction: walks follow `from_node` alone.
CREATE TABLE edge (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    from_node text NOT NULL,
    kind text NOT NULL,
    to_node text NOT NULL,
    weight real NOT NULL CONSTRAINT edge_weight_check CHECK (weight > 0 AND weight <= 1),
    PRIMARY KEY (tenant_id, from_node, kind, to_node)
);

CALL guard_table('search_word');
CALL guard_table('concept_score');
CALL guard_table('graph_node');
CALL guard_table('graph_word');
CALL guard_table('edge');
GRANT SELECT, INSERT, UPDATE, DELETE ON search_word, concept_score, graph_node, graph_word, edge
    TO liftos_app;
GRANT SELECT ON search_word TO liftos_system;

-- The tenant's documents that hold words of `asked`, best first, each with those it holds.
-- A word counts by its rarity, times its rank in the document: in the title five times as much as
-- below, more when it is there more often, less in a long document. Words that more than `common`
-- of all documents hold choose none, unless there are no others.
-- Owned by a role without a tenant of its own: no index answers @@ under row-level security, since
-- the operator might tell of rows that it must not see. So the tenant is bound here.
CREATE FUNCTION documents_with_words(
    asked text, most int, kinds text[], sources text[], channels text[], accounts text[],
    campaigns uuid[], first_day date, last_day date, min_quality double precision,
    common double precision DEFAULT 0.25
) RETURNS TABLE (document_id uuid, score double precision, words text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    tenant CONSTANT uuid := current_tenant();
    asked_lexemes text[];
    asked_queries tsquery[];
    rarities double precision[];
    choosing tsquery;
BEGIN
    SELECT array_agg(f.lexeme), array_agg(quote_literal(f.lexeme)::tsquery), array_agg(f.rarity),
           coalesce(
               string_agg(quote_literal(f.lexeme), ' | ') FILTER (WHERE NOT f.is_common),
               string_agg(quote_literal(f.lexeme), ' | ')
           )::tsquery && quote_literal(tenant::text)::tsquery
    INTO asked_lexemes, asked_queries, rarities, choosing
    FROM (
        SELECT a.lexeme, ln(1 + n.documents / (coalesce(w.documents, 0) + 0.5)) AS rarity,
               coalesce(w.documents, 0) > common * n.documents AS is_common
        FROM unnest(to_tsvector('english', asked)) a
        LEFT JOIN search_word w ON w.tenant_id = tenant AND w.lexeme = a.lexeme
        CROSS JOIN (
            SELECT coalesce(max(t.documents), 1) AS documents FROM search_word t
            WHERE t.tenant_id = tenant AND t.lexeme = tenant::text
        ) n
    ) f;
    RETURN QUERY
    WITH held AS MATERIALIZED (
        -- Concatenated with nothing, a vector that is kept out of line is fetched but once.
        SELECT d.id, d.lexemes || ''::tsvector AS vector FROM document d
        WHERE d.tenant_id = tenant AND d.superseded_at IS NULL AND d.lexemes @@ choosing
          AND (kinds IS NULL OR d.kind = ANY (kinds))
          AND (sources IS NULL OR d.source = ANY (sources))
          AND (channels IS NULL OR d.channel = ANY (channels))
          AND (accounts IS NULL OR d.account_id = ANY (accounts))
          AND (campaigns IS NULL OR d.campaign_id = ANY (campaigns))
          AND (first_day IS NULL OR d.until >= first_day)
          AND (last_day IS NULL OR d.since <= last_day)
          AND (min_quality IS NULL OR d.quality >= min_quality)
    ), best AS MATERIALIZED (
        SELECT h.id, h.vector, (
            SELECT sum(u.rarity * ts_rank('{0.1, 0.1, 0.2, 1.0}', h.vector, u.query, 1))
            FROM unnest(asked_queries, rarities) u (query, rarity)
        ) AS score
        FROM held h ORDER BY score DESC, h.id LIMIT most
    )
    SELECT b.id, b.score, ARRAY(
        SELECT u.lexeme FROM unnest(asked_lexemes, asked_queries) u (lexeme, query)
        WHERE b.vector @@ u.query ORDER BY u.lexeme
    ) FROM best b ORDER BY b.score DESC, b.id;
END $$;
GRANT CREATE ON SCHEMA public TO liftos_system;
ALTER FUNCTION documents_with_words(
    text, int, text[], text[], text[], text[], uuid[], date, date, double precision,
    double precision) OWNER TO liftos_system;
REVOKE CREATE ON SCHEMA public FROM liftos_system;
REVOKE ALL ON FUNCTION documents_with_words(
    text, int, text[], text[], text[], text[], uuid[], date, date, double precision,
    double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION documents_with_words(
    text, int, text[], text[], text[], text[], uuid[], date, date, double precision,
    double precision) TO liftos_app;
