-- In which columns the sums of a connection's day differ, a bit for each: where rows are kept apart
-- by all of those, each sum is a row as it is, and nothing needs grouping. -1, in any of them, until
-- a day's sums are made anew. `account_id` is one of its sums' accounts: two connections that share
-- none have no row together. The table is locked for a moment, and no row of it is rewritten.
ALTER TABLE attribution_day
    ADD COLUMN varies int NOT NULL DEFAULT -1,
    ADD COLUMN account_id text;
