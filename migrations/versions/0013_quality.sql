-- Quality of entries: which checks applied to an entry and which of them failed, as bit masks over
-- the numbered checks of core/quality.py. Null: the entry was written before it was assessed.

ALTER TABLE marketing_entry
    ADD COLUMN checks_applied bigint,
    ADD COLUMN checks_failed bigint;
ALTER TABLE marketing_entry_vintage
    ADD COLUMN checks_applied bigint,
    ADD COLUMN checks_failed bigint;
